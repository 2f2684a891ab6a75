/** A grid of training jobs; only the rows in sight are in the page. */

import type { Column } from "./columns";
import { element, KEYS, newId, setAttributes } from "./dom";
import { GridHead } from "./grid_head";
import { GridRow } from "./grid_row";
import type { Sorting } from "./order";
import type { Frame } from "./spark";
import type { Row, Store } from "./store";

export const ROW_HEIGHT = 28; // pixels; the style sheet's, too
const SPARE = 4; // rows beyond either edge

export interface TableState {
  columns: Column[];
  frame: Frame;
  best: number | null;
  opened: number | null;
}

export class Table {
  readonly root: HTMLElement;
  private readonly body = element("div", { role: "rowgroup", class: "amt-grid-body" });
  private readonly head: GridHead;
  private readonly slots: GridRow[] = [];
  private readonly id = newId();
  private columns: Column[] = [];
  private rows: Row[] = [];
  private state: TableState | null = null;
  private active: number | null = null;
  private pending = 0;

  constructor(
    label: string,
    private readonly store: Store,
    private readonly open: (index: number) => void,
    private readonly close: () => void,
    sort?: (column: Column) => void,
  ) {
    this.head = new GridHead(sort);
    this.root = element(
      "div",
      { class: "amt-grid", role: "grid", tabindex: 0, "aria-label": label, ...KEYS },
      this.head.root,
      this.body,
    );
    this.root.addEventListener("scroll", () => this.later(), { passive: true });
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.body.addEventListener("click", (event) => this.onClick(event));
  }

  /** Show rows in their order; `sorted` names the column that gives it. */
  show(rows: Row[], state: TableState, sorted?: [Column, Sorting["direction"]]): void {
    if (this.columns !== state.columns) this.layOut(state.columns);
    this.rows = rows;
    this.state = state;
    this.head.mark(sorted);
    this.root.setAttribute("aria-rowcount", String(rows.length + 1));
    this.body.style.height = `${rows.length * ROW_HEIGHT}px`;
    this.draw();
  }

  /** Take the rows out of the page. */
  clear(): void {
    this.slots.splice(0).forEach((slot) => slot.root.remove());
  }

  destroy(): void {
    cancelAnimationFrame(this.pending);
  }

  private layOut(columns: Column[]): void {
    this.clear();
    this.columns = columns;
    this.head.layOut(columns);
    this.root.style.setProperty(
      "--amt-columns",
      columns.map((column) => column.width).join(" "),
    );
    this.root.setAttribute("aria-colcount", String(columns.length));
  }

  private later(): void {
    cancelAnimationFrame(this.pending);
    this.pending = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    if (!this.state) return;
    const inSight = Math.ceil((this.root.clientHeight || 400) / ROW_HEIGHT);
    const count = Math.min(this.rows.length, inSight + 2 * SPARE);
    const above = Math.floor(this.root.scrollTop / ROW_HEIGHT) - SPARE;
    const first = Math.max(0, Math.min(above, this.rows.length - count));
    this.resize(count);
    for (let place = first; place < first + count; place++) {
      const row = this.rows[place] as Row;
      this.slots[place % count]?.show(row, place, this.state, this.store);
    }
    this.markActive();
  }

  private resize(count: number): void {
    while (this.slots.length > count) this.slots.pop()?.root.remove();
    while (this.slots.length < count) {
      const slot = new GridRow(this.columns, `${this.id}-${this.slots.length}`);
      this.slots.push(slot);
      this.body.append(slot.root);
    }
  }

  private markActive(): void {
    const slot = this.slots.find((each) => each.index === this.active);
    for (const each of this.slots)
      each.root.classList.toggle("amt-active", each === slot);
    setAttributes(this.root, { "aria-activedescendant": slot?.root.id });
  }

  private onClick(event: MouseEvent): void {
    const target = event.target as Element;
    const root = target.closest<HTMLElement>("[data-index]");
    if (!root || getSelection()?.toString()) return;
    this.activate(Number(root.dataset.index));
  }

  private activate(index: number): void {
    this.active = index;
    this.markActive();
    if (this.state?.opened === index) this.close();
    else this.open(index);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.target !== this.root || event.ctrlKey || event.metaKey) return;
    const page = Math.floor(this.root.clientHeight / ROW_HEIGHT) - 2;
    const place = this.rows.findIndex((row) => row.index === this.active);
    const last = this.rows.length - 1;
    const next = {
      ArrowDown: place + 1,
      ArrowUp: place - 1,
      PageDown: place + page,
      PageUp: place - page,
      Home: 0,
      End: last,
    }[event.key];
    if (next !== undefined) this.goTo(Math.max(0, Math.min(last, next)));
    else if (event.key === "Enter" && place >= 0) this.activate(this.active as number);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private goTo(place: number): void {
    const row = this.rows[place];
    if (!row) return;
    this.active = row.index;
    const { root } = this;
    const top = place * ROW_HEIGHT;
    const inSight = root.clientHeight - this.head.root.offsetHeight - ROW_HEIGHT;
    if (top < root.scrollTop) root.scrollTop = top;
    else if (top > root.scrollTop + inSight) root.scrollTop = top - inSight;
    this.draw();
  }
}
