/** One row of the grid, which shows one training job after another. */

import type { Column } from "./columns";
import { element, setText } from "./dom";
import { side } from "./grid_head";
import { groupOf } from "./order";
import { Spark } from "./spark";
import { StatusChip } from "./status";
import type { Row, Store } from "./store";
import type { TableState } from "./table";

export class GridRow {
  readonly root: HTMLElement;
  index = 0;
  private readonly cells: HTMLElement[];
  private readonly chip = new StatusChip();
  private readonly spark = new Spark();
  private drawn = "";

  constructor(
    private readonly columns: Column[],
    id: string,
  ) {
    this.root = element("div", { role: "row", class: "amt-row", id });
    this.cells = columns.map((column) => {
      return element("div", { role: "gridcell", ...side(column) });
    });
    this.root.append(...this.cells);
    columns.forEach((column, k) => {
      if (column.name === "status" && !column.text)
        this.cells[k]?.append(this.chip.root);
      if (column.name === "curve" && !column.text)
        this.cells[k]?.append(this.spark.root);
    });
  }

  show(row: Row, place: number, state: TableState, store: Store): void {
    const { root } = this;
    this.index = row.index;
    root.dataset.index = String(row.index);
    root.setAttribute("aria-rowindex", String(place + 2));
    root.setAttribute("aria-selected", String(row.index === state.opened));
    root.classList.toggle("amt-best", row.index === state.best);
    root.style.setProperty("--amt-place", String(place));
    this.chip.show(row.status);
    root.dataset.group = groupOf(row.status);
    this.columns.forEach((column, k) => {
      const cell = this.cells[k] as HTMLElement;
      if (column.text) setText(cell, column.text(row));
    });
    const why = this.cells.at(-1) as HTMLElement;
    if (why.title !== why.textContent) why.title = why.textContent ?? "";
    this.drawSpark(row, state, store);
  }

  private drawSpark(row: Row, { frame }: TableState, store: Store): void {
    const curve = store.curve(row);
    const { axis, longest } = frame;
    const last = curve.at(-1);
    const wanted = [row.index, curve.length, last, axis.low, axis.high, longest].join();
    if (wanted === this.drawn) return;
    this.drawn = wanted;
    this.spark.show(curve, frame);
  }
}
