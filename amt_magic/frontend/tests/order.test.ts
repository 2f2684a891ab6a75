import { describe, expect, test } from "vitest";

import {
  bestRows,
  countGroups,
  filterRows,
  type Group,
  runningRows,
  sortRows,
} from "../src/order";
import { type Row, Store } from "../src/store";
import { PLAN, rowMessage, snapshot } from "./messages";

function rows(...known: Parameters<typeof rowMessage>[]): Row[] {
  const store = new Store(0);
  const messages = known.map((each) => rowMessage(...each));
  store.receive(snapshot(1, messages), 0);
  return store.rows;
}

const indices = (some: Row[]) => some.map((row) => row.index);

describe("sorting", () => {
  const some = rows([1, 0.5], [2, null, "Failed"], [3, 0.9], [4, 0.5], [5, 0.1]);
  const key = (row: Row) => row.value;

  test("goes both ways, and what has no value comes last in both", () => {
    const up = sortRows([...some], { key, direction: "ascending" });
    const down = sortRows([...some], { key, direction: "descending" });

    expect(indices(up)).toEqual([5, 1, 4, 3, 2]);
    expect(indices(down)).toEqual([3, 1, 4, 5, 2]);
  });

  test("by texts", () => {
    const byStatus = {
      key: (row: Row) => row.status,
      direction: "descending",
    } as const;
    expect(indices(sortRows([...some], byStatus))).toEqual([2, 1, 3, 4, 5]);
  });
});

describe("filters", () => {
  const some = rows(
    [1],
    [2, 0.1, "Stopped"],
    [3, null, "InProgress"],
    [4, null, "Stopping"],
    [5, 0.2, "Stopped"],
  );

  test("count what is stopping as running", () => {
    expect([...countGroups(some)]).toEqual([
      ["Completed", 1],
      ["Stopped", 2],
      ["InProgress", 2],
    ]);
  });

  test("take all without a choice, and any of those chosen", () => {
    expect(indices(filterRows(some, new Set()))).toEqual([1, 2, 3, 4, 5]);
    expect(indices(filterRows(some, new Set<Group>(["InProgress"])))).toEqual([3, 4]);
    const two = new Set<Group>(["Completed", "Stopped"]);
    expect(indices(filterRows(some, two))).toEqual([1, 2, 5]);
  });

  test("do not change the rows known", () => {
    expect(filterRows(some, new Set())).not.toBe(some);
  });
});

test("the best few, best first; the first of equals leads", () => {
  const some = rows([1, 0.5], [2, 0.9], [3, 0.7], [4, 0.9], [5, 0.1]);
  const losses = { name: "loss", type: "Minimize" } as const;

  expect(indices(bestRows(some, PLAN.objective, 3))).toEqual([2, 4, 3]);
  expect(indices(bestRows(some, losses, 2))).toEqual([5, 1]);
  expect(bestRows([], losses, 2)).toEqual([]);
});

test("the newest of those that run", () => {
  const some = rows(
    [1, 0, "InProgress"],
    [2],
    [3, 0, "Stopping"],
    [4, 0, "InProgress"],
  );
  expect(indices(runningRows(some, 2))).toEqual([3, 4]);
});
