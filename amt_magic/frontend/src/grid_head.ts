/** The headings of the grid, which sort it. */

import type { Column } from "./columns";
import { button, element, setAttributes } from "./dom";
import type { Direction } from "./order";

export class GridHead {
  readonly root = element("div", { role: "rowgroup", class: "amt-grid-head" });
  private headings = new Map<Column, HTMLElement>();

  constructor(private readonly sort?: (column: Column) => void) {}

  layOut(columns: Column[]): void {
    const row = element("div", { role: "row", "aria-rowindex": 1 });
    this.headings = new Map(columns.map((column) => [column, this.heading(column)]));
    row.append(...this.headings.values());
    this.root.replaceChildren(row);
  }

  /** Mark the column that gives the order. */
  mark(sorted?: [Column, Direction]): void {
    for (const [column, heading] of this.headings) {
      const direction = column.name === sorted?.[0].name ? sorted[1] : undefined;
      const none = this.sort ? "none" : undefined;
      setAttributes(heading, { "aria-sort": direction ?? none });
    }
  }

  private heading(column: Column): HTMLElement {
    const label = element("span", {}, column.name);
    const { sort } = this;
    const content = sort ? button("", () => sort(column)) : label;
    if (sort) content.append(label);
    return element(
      "div",
      { role: "columnheader", title: column.name, ...side(column) },
      content,
    );
  }
}

export function side(column: Column): { class: string } {
  return { class: column.isNumber ? "amt-number" : "amt-words" };
}
