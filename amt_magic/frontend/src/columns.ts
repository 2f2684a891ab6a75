/** The columns of the table of training jobs. */

import { Decimals } from "./decimals";
import { hyperparameter, NOTHING, visible } from "./format";
import type { Direction } from "./order";
import type { Parameter, Plan } from "./protocol";
import { type Row, secondsOf, type Store } from "./store";

/** `text` is null where the cell is more than a text: status and curve. */
export interface Column {
  name: string;
  isNumber: boolean;
  width: string;
  first: Direction;
  key: (row: Row) => number | string | null;
  text: ((row: Row) => string) | null;
}

const CHARACTER = 8; // pixels, of a wide font
const NUMBER = 10; // characters: -0.0001234
const ROOM = 22;

/** Lay out the columns; `now` gives the kernel's clock. */
export function tableColumns(store: Store, plan: Plan, now: () => number): Column[] {
  const metric = visible(plan.objective.name, 40);
  const values = new Shared(store, (row) => row.value);
  const better = plan.objective.type === "Minimize" ? "ascending" : "descending";
  return [
    column(
      "#",
      (row) => row.index,
      (row) => String(row.index),
      { least: 6 },
    ),
    column(
      metric,
      (row) => finite(row.value),
      (row) => values.write(row.value),
      {
        first: better,
        least: NUMBER,
      },
    ),
    { ...column("status", (row) => row.status, null, { least: 14 }), isNumber: false },
    {
      ...column("curve", (row) => row.reports || null, null, { least: 11 }),
      isNumber: false,
    },
    ...plan.parameters.map((parameter, k) => parameterColumn(store, parameter, k)),
    column(
      "seconds",
      (row) => secondsOf(row, now()),
      (row) => {
        return secondsOf(row, now())?.toFixed(1) ?? NOTHING;
      },
    ),
    column(
      "reports",
      (row) => row.reports,
      (row) => String(row.reports),
    ),
    {
      ...column(
        "why it ended",
        (row) => row.why || null,
        (row) => visible(row.why, 160),
      ),
      isNumber: false,
      width: "minmax(240px, 1fr)",
    },
  ];
}

function parameterColumn(store: Store, parameter: Parameter, k: number): Column {
  const name = visible(parameter.name, 40);
  const key = (row: Row) => row.hyperparameters[k] ?? null;
  if (parameter.kind === "Categorical") {
    const longest = Math.max(0, ...(parameter.values ?? []).map((v) => v.length));
    const text = (row: Row) => hyperparameter(key(row));
    return { ...column(name, key, text, { least: longest }), isNumber: false };
  }
  const shared = new Shared(store, (row) => numeric(key(row)));
  const isWhole = parameter.kind === "Integer";
  return column(
    name,
    key,
    (row) => {
      const value = key(row);
      if (isWhole || typeof value !== "number") return hyperparameter(value);
      return shared.write(value);
    },
    { least: isWhole ? 6 : NUMBER },
  );
}

function column(
  name: string,
  key: Column["key"],
  text: Column["text"],
  { first = "ascending" as Direction, least = 6 } = {},
): Column {
  const characters = Math.min(20, Math.max(least, name.length + 2));
  const width = `${Math.round(characters * CHARACTER + ROOM)}px`;
  return { name, isNumber: true, width, first, key, text };
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

function numeric(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

/** The decimals of one column, over all training jobs known. */
class Shared {
  private readonly decimals = new Decimals();
  private version = -1;

  constructor(
    private readonly store: Store,
    private readonly read: (row: Row) => number | null,
  ) {}

  write(value: number | null): string {
    if (this.version !== this.store.version) {
      this.version = this.store.version;
      for (const each of this.store.rows) this.decimals.add(this.read(each));
    }
    return this.decimals.write(value);
  }
}
