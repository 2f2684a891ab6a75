/** All training jobs in a table that sorts and filters. */

import { valueAxis } from "../axis";
import { type Column, tableColumns } from "../columns";
import type { Context } from "../context";
import { button, element, setText } from "../dom";
import { count, GLYPHS, plural } from "../format";
import {
  countGroups,
  type Direction,
  filterRows,
  type Group,
  GROUPS,
  sortRows,
} from "../order";
import type { Plan } from "../protocol";
import type { Frame } from "../spark";
import type { Row, Store } from "../store";
import { Table } from "../table";
import type { Panel } from "../tabs";

const MOST_VALUES = 400; // that the sparklines' axis is chosen from

export class TrainingJobs implements Panel {
  readonly root = element("div", { class: "amt-jobs" });
  private readonly filters = element("div", {
    class: "amt-filters",
    role: "group",
    "aria-label": "Show by status",
  });
  private readonly told = element("span", { class: "amt-quiet", role: "status" });
  private readonly chips = new Map<Group, HTMLButtonElement>();
  private readonly groups = new Set<Group>();
  private readonly table: Table;
  private columns: Column[] = [];
  private plan: Plan | null = null;
  private sorted: [Column, Direction] | null = null;
  private rows: Row[] = [];
  private known = "";

  constructor(private readonly context: Context) {
    const { store, open, close } = context;
    const sort = (column: Column) => this.sort(column);
    this.table = new Table("Training jobs", store, open, close, sort);
    for (const group of GROUPS) this.filters.append(this.addChip(group));
    this.filters.append(this.told);
    this.root.append(this.filters, this.table.root);
  }

  draw(): void {
    const { store, kernelNow, opened } = this.context;
    const { plan, standing } = store;
    if (!plan || !standing) return;
    if (this.plan !== plan) this.layOut(plan, tableColumns(store, plan, kernelNow));
    const known = `${store.version} ${[...this.groups]} ${this.sorted?.[0].name}`;
    if (known !== this.known) this.order();
    this.known = known;
    const sorted = this.sorted ?? undefined;
    const best = standing.best?.index ?? null;
    const frame = sparkFrame(store, plan);
    this.table.show(
      this.rows,
      { columns: this.columns, frame, best, opened: opened() },
      sorted,
    );
  }

  recolor(): void {}

  hide(): void {
    this.table.clear();
  }

  destroy(): void {
    this.table.destroy();
  }

  private layOut(plan: Plan, columns: Column[]): void {
    this.plan = plan;
    this.columns = columns;
    const name = this.sorted?.[0].name;
    const column = columns.find((each) => each.name === name) ?? columns[1];
    if (column) this.sorted = [column, this.sorted?.[1] ?? column.first];
  }

  private order(): void {
    const { rows } = this.context.store;
    this.rows = filterRows(rows, this.groups);
    if (this.sorted) {
      const [{ key }, direction] = this.sorted;
      sortRows(this.rows, { key, direction });
    }
    const counts = countGroups(rows);
    for (const [group, chip] of this.chips) {
      const number = counts.get(group) ?? 0;
      chip.hidden = !number && !this.groups.has(group);
      setText(chip.lastChild as Element, `${count(number)} ${group}`);
    }
    const isFiltered = this.rows.length !== rows.length;
    const shown = isFiltered ? `${count(this.rows.length)} of ` : "";
    setText(this.told, shown + plural(rows.length, "training job"));
  }

  private sort(column: Column): void {
    const [sorted, direction] = this.sorted ?? [];
    const other = direction === "ascending" ? "descending" : "ascending";
    this.sorted = [column, sorted?.name === column.name ? other : column.first];
    this.known = "";
    this.draw();
    this.table.root.scrollTop = 0;
  }

  private addChip(group: Group): HTMLButtonElement {
    const chip = button("", () => this.toggle(group), {
      class: "amt-filter",
      "aria-pressed": "false",
      "data-group": group,
    });
    chip.append(
      element("i", { "aria-hidden": "true" }, GLYPHS[group]),
      element("span"),
    );
    this.chips.set(group, chip);
    return chip;
  }

  private toggle(group: Group): void {
    if (!this.groups.delete(group)) this.groups.add(group);
    this.chips.get(group)?.setAttribute("aria-pressed", String(this.groups.has(group)));
    this.known = "";
    this.draw();
    this.table.root.scrollTop = 0;
  }
}

/** Choose the axes that all sparklines share, from some of the values. */
export function sparkFrame(store: Store, plan: Plan): Frame {
  const { rows } = store;
  const step = Math.ceil(rows.length / MOST_VALUES) || 1;
  const values: number[] = [];
  let longest = plan.maxResource ?? 2;
  for (let k = 0; k < rows.length; k += step) {
    const curve = store.curve(rows[k] as Row);
    longest = Math.max(longest, curve.length);
    values.push(...curve.filter((_, at) => at === curve.length - 1 || at % 8 === 0));
  }
  return { axis: valueAxis(values, plan.objective), longest };
}
