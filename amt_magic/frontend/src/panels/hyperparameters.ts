/** The objective against each hyperparameter, and all of them at once. */

import { valueAxis } from "../axis";
import type { Context } from "../context";
import { element } from "../dom";
import { visible } from "../format";
import { Parallel } from "../parallel";
import { Chart } from "../plots/chart";
import { parameterPicture } from "../plots/parameter";
import type { Plan } from "../protocol";
import type { Panel } from "../tabs";

export class Hyperparameters implements Panel {
  readonly root = element("div", { class: "amt-hyperparameters" });
  private readonly multiples = element("div", { class: "amt-multiples" });
  private readonly parallel: Parallel;
  private charts: Chart[] = [];
  private names = "";
  private version = -1;

  constructor(private readonly context: Context) {
    this.parallel = new Parallel(context);
    this.root.append(this.multiples, this.parallel.root);
  }

  draw(): void {
    const { store } = this.context;
    const { plan, standing } = store;
    if (!plan || !standing || store.version === this.version) return;
    this.version = store.version;
    this.layOut(plan);
    const values = store.rows.map((row) => row.value);
    const axis = valueAxis(values, plan.objective);
    this.charts.forEach((chart, k) => {
      chart.show(parameterPicture(store, plan, standing, k, axis));
    });
    this.parallel.show(plan, standing);
  }

  recolor(): void {
    this.charts.forEach((chart) => chart.redraw());
    this.parallel.draw();
  }

  hide(): void {}

  destroy(): void {
    this.charts.forEach((chart) => chart.destroy());
    this.parallel.destroy();
  }

  private layOut(plan: Plan): void {
    const names = JSON.stringify(plan.parameters.map(({ name }) => name));
    if (names === this.names) return;
    this.names = names;
    this.charts.forEach((chart) => chart.destroy());
    const { theme, open } = this.context;
    this.charts = plan.parameters.map(({ name }) => {
      return new Chart(visible(name, 40), theme, open);
    });
    this.multiples.replaceChildren(...this.charts.map((chart) => chart.root));
  }
}
