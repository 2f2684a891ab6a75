import { describe, expect, test } from "vitest";

import { bestSoFar, secondsOf, Store } from "../src/store";
import { changes, PLAN, rowMessage, snapshot, STANDING } from "./messages";

function storeWith(...rows: Parameters<typeof rowMessage>[]): Store {
  const store = new Store(0);
  store.receive(
    snapshot(
      41,
      rows.map((each) => rowMessage(...each)),
    ),
    0,
  );
  return store;
}

describe("sequence", () => {
  test("a snapshot followed by the next changes is taken", () => {
    const store = storeWith([1]);

    expect(store.receive(changes(42, [rowMessage(2)]), 1)).toBe("changes");
    expect(store.rows.map((row) => row.index)).toEqual([1, 2]);
  });

  test("changes before any snapshot ask for one", () => {
    const store = new Store(0);

    expect(store.receive(changes(7, [rowMessage(1)]), 0)).toBe("gap");
    expect(store.rows).toEqual([]);
  });

  test("a gap asks once, and all changes are ignored until the snapshot", () => {
    const store = storeWith([1]);

    const outcomes = [43, 44, 45].map((n) => {
      return store.receive(changes(n, [rowMessage(n)]), 0.1);
    });

    expect(outcomes).toEqual(["gap", "nothing", "nothing"]);
    expect(store.rows.length).toBe(1);
    expect(store.receive(snapshot(46, [rowMessage(1), rowMessage(2)]), 1)).toBe(
      "snapshot",
    );
    expect(store.receive(changes(47, [rowMessage(3)]), 1)).toBe("changes");
    expect(store.rows.length).toBe(3);
  });

  test("a request that was sent at the start is not repeated at once", () => {
    const store = new Store(0);
    store.asked(0);

    expect(store.receive(changes(7), 1)).toBe("nothing");
    expect(store.receive(changes(8), 6)).toBe("gap");
  });

  test("a repeated message is a gap as well", () => {
    const store = storeWith([1]);

    expect(store.receive(changes(41), 0)).toBe("gap");
  });
});

describe("rows", () => {
  test("a change replaces a row in place", () => {
    const store = storeWith([1, 0.5, "InProgress"], [2]);
    store.receive(changes(42, [rowMessage(1, 0.7)]), 0);

    expect(store.rows.map(({ index, value }) => [index, value])).toEqual([
      [1, 0.7],
      [2, 0.5],
    ]);
    expect(store.row(1)?.status).toBe("Completed");
  });

  test("rows that arrive late keep the order of indices", () => {
    const store = storeWith([5], [2], [9]);
    store.receive(changes(42, [rowMessage(7), rowMessage(1)]), 0);

    expect(store.rows.map((row) => row.index)).toEqual([1, 2, 5, 7, 9]);
  });

  test("values that JSON has no number for", () => {
    const store = storeWith([1, "nan"], [2, "inf"], [3, "-inf"], [4, null]);

    expect(store.rows.map((row) => row.value)).toEqual([
      NaN,
      Infinity,
      -Infinity,
      null,
    ]);
  });

  test("a snapshot forgets what was known", () => {
    const store = storeWith([1], [2]);
    store.receive(changes(42, [], [[1, 1, [0.1, 0.2]]]), 0);
    store.receive(snapshot(43, [rowMessage(3)]), 0);

    expect(store.rows.map((row) => row.index)).toEqual([3]);
    expect(store.curves.size).toBe(0);
  });

  test("the version grows with news only", () => {
    const store = storeWith([1]);
    const before = store.version;
    store.receive(changes(42), 0);
    expect(store.version).toBe(before);
    store.receive(changes(43, [rowMessage(1)]), 0);
    expect(store.version).toBe(before + 1);
  });
});

describe("curves", () => {
  test("values are appended from their resource", () => {
    const store = storeWith([1]);
    store.receive(changes(42, [], [[1, 1, [0.1, 0.2]]]), 0);
    store.receive(changes(43, [], [[1, 3, [0.3, null]]]), 0);

    expect(store.curves.get(1)).toEqual([0.1, 0.2, 0.3, NaN]);
  });

  test("resource 1 replaces the curve of an earlier attempt", () => {
    const store = storeWith([1]);
    store.receive(changes(42, [], [[1, 1, [0.1, 0.2, 0.3]]]), 0);
    store.receive(changes(43, [], [[1, 1, [0.4, 0.5]]]), 0);

    expect(store.curves.get(1)).toEqual([0.4, 0.5]);
  });

  test("values told twice are not doubled, those missing are a gap", () => {
    const store = storeWith([1]);
    store.receive(changes(42, [], [[1, 1, [0.1, 0.2, 0.3]]]), 0);
    store.receive(changes(43, [], [[1, 3, [0.33, 0.4]]]), 0);
    store.receive(changes(44, [], [[1, 6, [0.6]]]), 0);

    expect(store.curves.get(1)).toEqual([0.1, 0.2, 0.33, 0.4, NaN, 0.6]);
  });

  test("a single report is a curve of one value", () => {
    const store = new Store(0);
    const [index, status, value, , ...rest] = rowMessage(1);
    store.receive(snapshot(1, [[index, status, value, 1, ...rest]]), 0);

    expect(store.curve(store.rows[0]!)).toEqual([0.5]);
  });
});

test("a failure lasts until the next message", () => {
  const store = storeWith([1]);
  expect(store.receive({ kind: "failure", text: "disk is full" }, 1)).toBe("failure");
  expect(store.failure).toBe("disk is full");
  store.receive(changes(42), 2);
  expect(store.failure).toBe("");
});

test("best so far counts ended training jobs with a value only", () => {
  const store = storeWith(
    [1, 0.5],
    [2, 0.99, "InProgress"],
    [3, "inf"],
    [4, 0.4],
    [5, 0.8, "Stopped"],
    [6, 0.95, "Failed"],
  );

  expect(bestSoFar(store.rows, PLAN)).toEqual([
    [1, 0.5],
    [5, 0.8],
  ]);
  const losses = { ...PLAN, objective: { name: "loss", type: "Minimize" } as const };
  expect(bestSoFar(store.rows, losses)).toEqual([
    [1, 0.5],
    [4, 0.4],
  ]);
});

test("the seconds of what runs go on with the kernel's clock", () => {
  const store = new Store(0);
  const running = rowMessage(1, null, "InProgress");
  running[5] = null;
  store.receive({ ...snapshot(1, [running]), standing: STANDING }, 50);

  expect(store.kernelNow(53)).toBe(1003);
  expect(secondsOf(store.rows[0]!, store.kernelNow(53))).toBe(13);
  expect(secondsOf({ ...store.rows[0]!, ended: 995 }, 2000)).toBe(5);
  expect(secondsOf({ ...store.rows[0]!, status: "interrupted" }, 2000)).toBe(null);
});
