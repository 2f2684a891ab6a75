/** Which training jobs a table shows, and in which order. */

import { loss } from "./axis";
import type { Objective, Status } from "./protocol";
import { isRunning, type Row } from "./store";

/** Statuses as filters tell them apart: "Stopping" still runs. */
export type Group = "Completed" | "Stopped" | "Failed" | "InProgress" | "interrupted";

export const GROUPS: Group[] = [
  "Completed",
  "Stopped",
  "Failed",
  "InProgress",
  "interrupted",
];

export function groupOf(status: Status): Group {
  return status === "Stopping" ? "InProgress" : status;
}

export type Direction = "ascending" | "descending";

/** `key` gives null for what has no place: it comes last in both directions. */
export interface Sorting {
  key: (row: Row) => number | string | null;
  direction: Direction;
}

/** Count the training jobs of each group. */
export function countGroups(rows: Row[]): Map<Group, number> {
  const counts = new Map<Group, number>();
  for (const row of rows) {
    const group = groupOf(row.status);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}

/** Take the rows of some groups; all of them if none is chosen. */
export function filterRows(rows: Row[], groups: ReadonlySet<Group>): Row[] {
  return groups.size
    ? rows.filter((row) => groups.has(groupOf(row.status)))
    : [...rows];
}

/** Sort in place; equals by index. Fast where `rows` is nearly sorted. */
export function sortRows(rows: Row[], sorting: Sorting): Row[] {
  const sign = sorting.direction === "ascending" ? 1 : -1;
  const keys = new Map(rows.map((row) => [row, sorting.key(row)]));
  return rows.sort((a, b) => {
    const order = compare(keys.get(a) ?? null, keys.get(b) ?? null, sign);
    return order || a.index - b.index;
  });
}

function compare(
  a: number | string | null,
  b: number | string | null,
  sign: number,
): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * (String(a) < String(b) ? -1 : Number(String(a) > String(b)));
}

/** Take the best training jobs, at most `most` of them. */
export function bestRows(rows: Row[], objective: Objective, most: number): Row[] {
  const best: Row[] = [];
  const lossOf = (row: Row) => loss(row.value as number, objective);
  for (const row of rows) {
    const worst = best.at(-1);
    if (best.length === most && worst && lossOf(row) >= lossOf(worst)) continue;
    const place = best.findIndex((other) => lossOf(row) < lossOf(other));
    best.splice(place < 0 ? best.length : place, 0, row);
    if (best.length > most) best.pop();
  }
  return best;
}

/** Take those that run, the newest last, at most `most` of them. */
export function runningRows(rows: Row[], most: number): Row[] {
  return rows.filter(isRunning).slice(-most);
}
