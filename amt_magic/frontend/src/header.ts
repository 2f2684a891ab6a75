/** The upper part of the view: what the job is, how far, how long. */

import { tellTimes } from "./clock";
import { element, setText } from "./dom";
import { count, visible } from "./format";
import type { Plan, Standing, Status } from "./protocol";
import { StatusChip } from "./status";
import { StopButton } from "./stop";

type Counted = [Status, number, string];

export class Header {
  readonly root = element("div", { class: "amt-header" });
  readonly stop: StopButton;
  private readonly name = element("span", {
    class: "amt-name",
    role: "heading",
    "aria-level": 3,
  });
  private readonly status = new StatusChip();
  private readonly what = element("span", { class: "amt-what" });
  private readonly bar = new Bar();
  private readonly progress = element("span");
  private readonly chips = element("span", { class: "amt-chips" });
  private readonly times = element("span", { class: "amt-times" });
  private readonly limits = element("div", { class: "amt-limits" });
  private readonly ending = element("div", { class: "amt-ending" });

  constructor(name: string, stop: () => void) {
    this.stop = new StopButton(stop);
    this.status.root.setAttribute("role", "status");
    setText(this.name, visible(name));
    const title = element("div", { class: "amt-title" }, this.name);
    title.append(this.status.root, this.what, this.stop.root);
    const counts = element("div", { class: "amt-counts" }, this.progress, this.chips);
    counts.append(this.times);
    this.root.append(title, this.bar.root, counts, this.limits, this.ending);
  }

  /** `since`: seconds since the standing was told. */
  show(plan: Plan | null, standing: Standing | null, since: number): void {
    const elapsed = (standing?.elapsed ?? 0) + since;
    this.stop.show(standing, elapsed);
    if (!plan || !standing) {
      setText(this.what, "waiting for the kernel");
      return;
    }
    setText(this.name, visible(plan.name));
    this.status.show(standing.status);
    setText(this.what, tellPlan(plan));
    const counted = countStatuses(standing);
    this.bar.show(counted, standing.most);
    setText(this.progress, tellProgress(standing));
    this.showChips(counted.filter(([, number]) => number));
    setText(this.times, tellTimes(standing, since, new Date()));
    setText(this.limits, standing.limits.map((limit) => visible(limit)).join(" · "));
    setText(this.ending, visible(standing.ending, 500));
  }

  private showChips(counted: Counted[]): void {
    const wanted = counted.map(([, number, word]) => `${count(number)} ${word}`);
    if (this.chips.dataset.told === wanted.join()) return;
    this.chips.dataset.told = wanted.join();
    const chips = counted.map(([status], k) => {
      const chip = new StatusChip();
      chip.show(status, wanted[k]);
      return chip.root;
    });
    this.chips.replaceChildren(...chips);
  }
}

/** A bar with a part for each status. */
class Bar {
  readonly root = element("div", {
    class: "amt-bar",
    role: "progressbar",
    "aria-label": "training jobs",
    "aria-valuemin": 0,
  });
  private readonly parts = new Map<Status, HTMLElement>();

  show(counted: Counted[], most: number | null): void {
    const all = counted.reduce((sum, [, number]) => sum + number, 0);
    const total = Math.max(most ?? 0, all, 1);
    for (const [status, number] of counted) {
      this.part(status).style.width = `${(100 * number) / total}%`;
    }
    const isRunning = ([status]: Counted) => status === "InProgress";
    const running = counted.find(isRunning)?.[1] ?? 0;
    this.root.setAttribute("aria-valuemax", String(total));
    this.root.setAttribute("aria-valuenow", String(all - running));
  }

  private part(status: Status): HTMLElement {
    const known = this.parts.get(status);
    if (known) return known;
    const made = element("i", { "data-group": status });
    this.parts.set(status, made);
    this.root.append(made);
    return made;
  }
}

export function countStatuses({ counts, status }: Standing): Counted[] {
  const isInterrupted = status === "interrupted";
  return [
    ["Completed", counts.completed, "completed"],
    ["Stopped", counts.stopped, "stopped"],
    ["Failed", counts.failed, "failed"],
    ["interrupted", isInterrupted ? counts.running : 0, "interrupted"],
    ["InProgress", isInterrupted ? 0 : counts.running, "running"],
  ];
}

/** Tell the plan: `Hyperband · maximize accuracy · 4 in parallel`. */
export function tellPlan(plan: Plan): string {
  const parts = [
    visible(plan.strategy),
    `${plan.objective.type.toLowerCase()} ${visible(plan.objective.name, 40)}`,
    `${plan.parallel} in parallel`,
  ];
  if (plan.seed !== null) parts.push(`seed ${plan.seed}`);
  parts.push(...plan.origins);
  return parts.join(" · ");
}

export function tellProgress({ counts, most }: Standing): string {
  const ended = counts.completed + counts.stopped + counts.failed;
  if (most !== null) return `${count(ended)} of ${count(most)} training jobs`;
  return `${count(ended)} training jobs ended`;
}
