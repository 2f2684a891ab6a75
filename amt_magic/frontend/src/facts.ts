/** Best value, what stopping saved, and where the time went. */

import { copyButton } from "./copy";
import { element, setText } from "./dom";
import { duration, number, NOTHING, plural, visible } from "./format";
import type { Plan, Standing } from "./protocol";
import type { Store } from "./store";
import { tellHyperparameters } from "./words";

export class Facts {
  readonly root = element("div", { class: "amt-facts" });
  private code = "";
  private readonly best = new Fact();
  private readonly saved = new Fact();
  private readonly spent = new Fact();
  private readonly copy = copyButton("copy as code", () => this.code);

  constructor() {
    this.best.root.classList.add("amt-fact-best");
    this.best.small.after(this.copy);
    this.root.append(this.best.root, this.saved.root, this.spent.root);
  }

  show(store: Store, plan: Plan | null, standing: Standing | null): void {
    this.root.hidden = !plan || !standing;
    if (!plan || !standing) return;
    this.showBest(store, plan, standing);
    const { savedShare: share, saved } = standing;
    this.saved.root.hidden = share === null && !saved.length;
    const percent = share === null ? "" : `${Math.round(100 * share)} %`;
    const sentences = saved.map((sentence) => visible(sentence)).join(" · ");
    this.saved.show(percent, percent && "of epochs saved", sentences);
    const training = `training ${duration(standing.training)}`;
    const jobs = plural(store.rows.length, "training job");
    this.spent.show(duration(standing.choosing), "choosing", `${training} in ${jobs}`);
  }

  private showBest(store: Store, plan: Plan, { best }: Standing): void {
    const metric = visible(plan.objective.name, 40);
    this.code = best?.code ?? "";
    this.copy.hidden = !best;
    if (!best) {
      this.best.show(NOTHING, metric, "no training job has ended with a value yet");
      return;
    }
    const row = store.row(best.index);
    const tried = row ? `: ${tellHyperparameters(row, plan)}` : "";
    this.best.show(
      number(best.value),
      `best ${metric}`,
      `training job ${best.index}${tried}`,
    );
  }
}

class Fact {
  readonly root = element("div");
  readonly small = element("small");
  private readonly big = element("b");
  private readonly unit = element("span", { class: "amt-quiet" });

  constructor() {
    this.root.append(this.big, " ", this.unit, this.small);
  }

  show(big: string, unit: string, small: string): void {
    setText(this.big, big);
    setText(this.unit, unit);
    setText(this.small, small);
  }
}
