/** Best so far, learning curves, and the training jobs that matter now. */

import { type Column, tableColumns } from "../columns";
import type { Context } from "../context";
import { button, element, setText } from "../dom";
import { plural } from "../format";
import { bestRows, runningRows } from "../order";
import { Pace } from "../pace";
import { Chart } from "../plots/chart";
import { convergence } from "../plots/convergence";
import { learningCurves } from "../plots/curves";
import { isUsable } from "../store";
import { Table } from "../table";
import type { Panel } from "../tabs";
import { sparkFrame } from "./jobs";

const MOST_RUNNING = 4;
const MOST_BEST = 5;

export class Overview implements Panel {
  readonly root = element("div", { class: "amt-overview" });
  private readonly convergence: Chart;
  private readonly curves: Chart;
  private readonly table: Table;
  private readonly told = element("span");
  private readonly foot: HTMLElement;
  private columns: Column[] | null = null;
  private plan: unknown = null;
  private readonly pace = new Pace();
  private drawn = -1;

  constructor(private readonly context: Context) {
    const { store, theme, open, close } = context;
    this.convergence = new Chart("Best so far", theme, open);
    this.curves = new Chart("Learning curves", theme, open);
    this.table = new Table("Running and best training jobs", store, open, close);
    const plots = element("div", { class: "amt-two" }, this.convergence.root);
    plots.append(this.curves.root);
    const all = button("show all", () => context.goTo("Training jobs"), {
      class: "amt-link",
    });
    this.foot = element("div", { class: "amt-foot" }, this.told, all);
    this.root.append(plots, this.table.root, this.foot);
  }

  draw(): void {
    const { store } = this.context;
    const { plan, standing } = store;
    if (!plan || !standing) return;
    this.drawTable();
    if (store.version === this.drawn) return;
    this.convergence.show(convergence(store, plan, standing));
    this.curves.root.hidden = !store.curves.size;
    if (!this.pace.isDue(store.rows.length, performance.now())) return;
    this.drawn = store.version;
    if (store.curves.size) this.curves.show(learningCurves(store, plan, standing));
  }

  recolor(): void {
    this.convergence.redraw();
    this.curves.redraw();
  }

  hide(): void {
    this.table.clear();
  }

  destroy(): void {
    this.convergence.destroy();
    this.curves.destroy();
    this.table.destroy();
  }

  private drawTable(): void {
    const { store, kernelNow, opened } = this.context;
    const { plan, standing, rows } = store;
    if (!plan || !standing) return;
    if (!this.columns || this.plan !== plan) {
      this.columns = tableColumns(store, plan, kernelNow);
    }
    this.plan = plan;
    const running = runningRows(rows, MOST_RUNNING);
    const usable = rows.filter(isUsable);
    const best = bestRows(usable, plan.objective, MOST_BEST);
    this.table.show([...running, ...best], {
      columns: this.columns,
      frame: sparkFrame(store, plan),
      best: standing.best?.index ?? null,
      opened: opened(),
    });
    this.table.root.hidden = !rows.length;
    const told: string[] = [];
    if (running.length) told.push(`${running.length} running`);
    if (best.length) told.push(`the ${best.length} best`);
    const shown = told.join(" and ") || "none";
    setText(this.told, `${shown} of ${plural(rows.length, "training job")}`);
  }
}
