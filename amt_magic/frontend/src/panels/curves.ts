/** All learning curves. */

import type { Context } from "../context";
import { element } from "../dom";
import { Pace } from "../pace";
import { Chart } from "../plots/chart";
import { learningCurves } from "../plots/curves";
import type { Panel } from "../tabs";

export class LearningCurves implements Panel {
  readonly root = element("div", { class: "amt-curves" });
  private readonly chart: Chart;
  private readonly none = element(
    "p",
    { class: "amt-quiet amt-none" },
    "No training job has reported twice yet: a learning curve needs several reports.",
  );
  private readonly pace = new Pace();
  private version = -1;

  constructor(private readonly context: Context) {
    this.chart = new Chart("Learning curves", context.theme, context.open);
    this.root.append(this.chart.root, this.none);
  }

  draw(): void {
    const { store } = this.context;
    const { plan, standing } = store;
    this.none.hidden = store.curves.size > 0;
    this.chart.root.hidden = !store.curves.size;
    if (!plan || !standing || store.version === this.version) return;
    if (!this.pace.isDue(store.rows.length, performance.now())) return;
    this.version = store.version;
    this.chart.show(learningCurves(store, plan, standing));
  }

  recolor(): void {
    this.chart.redraw();
  }

  hide(): void {}

  destroy(): void {
    this.chart.destroy();
  }
}
