/** One training job in full: hyperparameters, curve, reason and log. */

import type { Context } from "./context";
import { copyButton } from "./copy";
import { button, element, setText } from "./dom";
import { hyperparameter, number, NOTHING, visible, visibleLines } from "./format";
import { Chart } from "./plots/chart";
import { learningCurves } from "./plots/curves";
import { isRunning, type Row, secondsOf } from "./store";
import { StatusChip } from "./status";

const ASK_EVERY = 1.5; // seconds at least: the clock draws every second, thus 2

export class DetailPane {
  readonly root = element("section", {
    class: "amt-detail",
    hidden: true,
    tabindex: -1,
  });
  private readonly name = element("b", { role: "heading", "aria-level": 4 });
  private readonly status = new StatusChip();
  private readonly facts = element("dl");
  private readonly why = element("p");
  private readonly log = element("pre", {
    tabindex: 0,
    "aria-label": "last lines of the log",
  });
  private readonly copy: HTMLButtonElement;
  private readonly stop: HTMLButtonElement;
  private readonly chart: Chart;
  private index: number | null = null;
  private wasRunning = false;
  private askedAt = -Infinity;
  private readonly stopped = new Set<number>();
  private drawnVersion = "";

  constructor(private readonly context: Context) {
    this.copy = copyButton("copy as code", () => this.detail?.code ?? "");
    this.stop = button("", () => this.onStop());
    this.chart = new Chart("Learning curve", context.theme);
    const close = button("✕", () => context.close(), {
      class: "amt-close",
      "aria-label": "Close the detail",
    });
    const top = element(
      "div",
      { class: "amt-detail-top" },
      this.name,
      this.status.root,
    );
    top.append(this.copy, this.stop, close);
    const told = element("div", {}, this.facts);
    const said = element("div", {}, this.why, element("b", {}, "Log"), this.log);
    const parts = element("div", { class: "amt-detail-parts" }, told, this.chart.root);
    parts.append(said);
    this.root.append(top, parts);
  }

  /** Open the detail of a training job; null closes. */
  open(index: number | null): void {
    this.index = index;
    this.root.hidden = index === null;
    this.askedAt = -Infinity;
    this.drawnVersion = "";
    if (index === null) return;
    this.draw();
    this.root.scrollIntoView({ block: "nearest" });
  }

  /** Show what is known, and ask for news of what runs. */
  draw(): void {
    const row = this.index === null ? undefined : this.context.store.row(this.index);
    if (!row) return;
    this.ask(row);
    const name = `Training job ${row.index}`;
    setText(this.name, name);
    this.root.setAttribute("aria-label", name);
    this.status.show(row.status);
    this.showStop(row);
    this.showTexts(row);
    this.showFacts(row);
    this.showCurve(row);
  }

  recolor(): void {
    this.chart.redraw();
  }

  destroy(): void {
    this.chart.destroy();
  }

  private get detail() {
    return this.index === null ? undefined : this.context.store.details.get(this.index);
  }

  private ask(row: Row): void {
    const now = performance.now() / 1000;
    const isDue = isRunning(row) && now >= this.askedAt + ASK_EVERY;
    const hasEnded = this.wasRunning && !isRunning(row);
    this.wasRunning = isRunning(row);
    if (!isDue && !hasEnded && this.askedAt > 0) return;
    this.askedAt = now;
    this.context.send({ kind: "open", index: row.index });
  }

  private showStop(row: Row): void {
    const isStopping = this.stopped.has(row.index) || row.status === "Stopping";
    const isOver = this.context.store.standing?.hasEnded ?? true;
    this.stop.hidden = !isRunning(row) || isOver;
    this.stop.disabled = isStopping;
    setText(this.stop, isStopping ? "Stopping" : `Stop training job ${row.index}`);
  }

  private onStop(): void {
    if (this.index === null) return;
    this.stopped.add(this.index);
    this.context.send({ kind: "stop", index: this.index });
    this.draw();
  }

  private showTexts(row: Row): void {
    const { detail } = this;
    this.copy.hidden = !detail;
    setText(this.why, visible(detail?.why || row.why));
    const log = detail?.log ? visibleLines(detail.log) : detail ? "nothing" : "…";
    const isAtEnd =
      this.log.scrollTop + this.log.clientHeight >= this.log.scrollHeight - 4;
    setText(this.log, log);
    if (isAtEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  private showFacts(row: Row): void {
    const { store, kernelNow } = this.context;
    const { plan } = store;
    if (!plan) return;
    const spent = secondsOf(row, kernelNow());
    const facts: [string, string][] = [
      [visible(plan.objective.name, 40), number(row.value, 7)],
      ...plan.parameters.map(({ name }, k): [string, string] => {
        const value = row.hyperparameters[k];
        const isFraction = typeof value === "number" && !Number.isInteger(value);
        return [
          visible(name, 40),
          isFraction ? number(value, 7) : hyperparameter(value, 200),
        ];
      }),
      ["seconds", spent === null ? NOTHING : spent.toFixed(1)],
      ["reports", String(row.reports)],
    ];
    if (this.detail?.worker) facts.push(["worker", visible(this.detail.worker)]);
    if ((this.detail?.attempt ?? 1) > 1)
      facts.push(["attempt", String(this.detail?.attempt)]);
    this.fill(facts);
  }

  private fill(facts: [string, string][]): void {
    while (this.facts.children.length > 2 * facts.length)
      this.facts.lastChild?.remove();
    facts.flat().forEach((text, k) => {
      const place = this.facts.children[k];
      if (place) setText(place, text);
      else this.facts.append(element(k % 2 ? "dd" : "dt", {}, text));
    });
  }

  private showCurve(row: Row): void {
    const { store } = this.context;
    const curve = store.curve(row);
    this.chart.root.hidden = !curve.length;
    const version = `${row.index} ${curve.length} ${row.status}`;
    if (!store.plan || !store.standing || version === this.drawnVersion) return;
    this.drawnVersion = version;
    const picture = learningCurves(store, store.plan, store.standing, [row]);
    this.chart.show({
      ...picture,
      label: `learning curve of training job ${row.index}`,
    });
  }
}
