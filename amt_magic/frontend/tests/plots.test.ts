import { describe, expect, test } from "vitest";

import { tableColumns } from "../src/columns";
import { convergenceMarks } from "../src/plots/convergence";
import { chooseCurves, line } from "../src/plots/curves";
import { parallelData } from "../src/plots/parallel";
import { parameterMarks, parameterPosition, thin } from "../src/plots/parameter";
import { sparkPath } from "../src/spark";
import { Store } from "../src/store";
import { brightness, mix } from "../src/theme";
import { changes, PLAN, rowMessage, snapshot } from "./messages";

const AXIS = { low: 0, high: 1, scaling: "Linear" } as const;

function storeWith(...rows: Parameters<typeof rowMessage>[]): Store {
  const store = new Store(0);
  const messages = rows.map((each) => rowMessage(...each));
  store.receive(snapshot(1, messages), 0);
  return store;
}

test("marks: beyond the axis on its edge, without a finite value on the worse", () => {
  const { rows } = storeWith(
    [1, 0.5],
    [2, -7],
    [3, "inf"],
    [4, null, "Failed"],
    [5, null, "InProgress"],
  );
  const marks = convergenceMarks(rows, PLAN, AXIS);

  expect(marks.map(({ index, y, group }) => [index, y, group])).toEqual([
    [1, 0.5, "Completed"],
    [2, 0, "Completed"],
    [3, 0, "Failed"],
    [4, 0, "Failed"],
  ]);
  const losses = { ...PLAN, objective: { name: "loss", type: "Minimize" } as const };
  expect(convergenceMarks(rows, losses, AXIS)[3]?.y).toBe(1);
});

describe("learning curves", () => {
  test("the best and the newest are drawn in full", () => {
    const values = Array.from({ length: 1000 }, (_, k) => 1 - k / 1000);
    const { rows } = storeWith(
      ...values.map((value, k): [number, number] => [k + 1, value]),
    );
    const { full, thinned } = chooseCurves(rows, PLAN);

    expect(full.length).toBe(500);
    expect(full.slice(0, 101).map((row) => row.index)).toEqual([
      ...Array.from({ length: 100 }, (_, k) => k + 1),
      601,
    ]);
    expect(thinned.length).toBe(500);
  });

  test("thinned ones keep their last value", () => {
    const store = storeWith([1]);
    store.receive(changes(2, [], [[1, 1, [0.1, 0.2, 0.3, 0.4]]]), 0);
    const { points } = line(store, store.rows[0]!, AXIS, AXIS, 2);

    expect(points).toEqual([1, 0.1, 3, 0.3, 4, 0.4]);
  });
});

describe("hyperparameters", () => {
  const [lr, , activation] = PLAN.parameters;

  test("lie on their own scale", () => {
    expect(parameterPosition(lr!, 0.01)).toBeCloseTo(Math.log(0.01));
    expect(parameterPosition(lr!, -1)).toBeNull();
    expect(parameterPosition(activation!, "tanh")).toBe(1);
    expect(parameterPosition(activation!, "gelu")).toBeNull();
  });

  test("marks have a value; those of one category are spread a little", () => {
    const { rows } = storeWith([1], [2], [3, null, "Failed"], [4, "nan"]);
    const marks = parameterMarks(rows, PLAN, 2, AXIS);

    expect(marks.map((mark) => mark.index)).toEqual([1, 2]);
    expect(marks[0]!.x).not.toBe(marks[1]!.x);
    expect(marks.every((mark) => Math.abs(mark.x) <= 0.25)).toBe(true);
  });

  test("parallel lines: shares of each axis, the best last", () => {
    const { rows } = storeWith([1, 0.9], [2, 0.1], [3, 0.5], [4, null, "Failed"]);
    const { axes, lines, total } = parallelData(rows, PLAN);

    expect(axes.map((axis) => axis.name)).toEqual([
      "lr",
      "hidden",
      "activation",
      "accuracy",
    ]);
    expect(lines.map(({ index, merit }) => [index, merit])).toEqual([
      [2, 0],
      [3, 0.5],
      [1, 1],
    ]);
    expect(lines[2]!.shares[0]).toBeCloseTo(2 / 3);
    expect(total).toBe(3);
  });

  test("for losses the smallest has the most merit", () => {
    const plan = { ...PLAN, objective: { name: "loss", type: "Minimize" } as const };
    const { lines } = parallelData(storeWith([1, 0.9], [2, 0.1]).rows, plan);
    expect(lines.map(({ index }) => index)).toEqual([1, 2]);
  });
});

test("thinning keeps the first and the last", () => {
  const some = Array.from({ length: 1000 }, (_, k) => k);
  const few = thin(some, 10);

  expect(few.length).toBe(10);
  expect([few[0], few[9]]).toEqual([0, 999]);
  expect(thin([1, 2], 10)).toEqual([1, 2]);
});

test("sparklines: a gap where a value is not finite, a dash for one value", () => {
  const frame = { axis: AXIS, longest: 4 };

  expect(sparkPath([0, 1, NaN, 1], frame)).toBe("M2.0 14.0L26.0 2.0M74.0 2.0");
  expect(sparkPath([0.5], frame)).toBe("M2.0 8.0h1.5");
  expect(sparkPath([], frame)).toBe("");
});

test("the table has a column for each hyperparameter, better values first", () => {
  const store = storeWith([1, 0.9], [2, "nan"]);
  const columns = tableColumns(store, PLAN, () => 1000);
  const [row, other] = store.rows;
  const text = (name: string) =>
    columns.find((each) => each.name === name)?.text?.(row!);

  expect(columns.map((column) => column.name)).toEqual([
    "#",
    "accuracy",
    "status",
    "curve",
    "lr",
    "hidden",
    "activation",
    "seconds",
    "reports",
    "why it ended",
  ]);
  expect(columns[1]?.first).toBe("descending");
  expect(columns[1]?.key(other!)).toBeNull();
  expect(columns[1]?.text?.(other!)).toBe("nan");
  expect([text("lr"), text("hidden"), text("seconds")]).toEqual(["0.01", "32", "9.0"]);
});

test("colours: how light, and mixed", () => {
  expect(brightness("rgb(255, 255, 255)")).toBeCloseTo(1);
  expect(brightness("color(srgb 0 0 0 / 0.5)")).toBe(0);
  expect(mix("rgb(0, 0, 0)", "color(srgb 1 1 1)", 0.2)).toBe("rgb(51 51 51)");
});
