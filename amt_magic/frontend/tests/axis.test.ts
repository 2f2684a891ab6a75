import { describe, expect, test } from "vitest";

import { backward, forward, quantile, roomy, valueAxis } from "../src/axis";
import type { Objective, Scaling } from "../src/protocol";
import { parameterTicks, ticks, ticksAt, wholeTicks } from "../src/ticks";
import { PLAN } from "./messages";

const LOSS: Objective = { name: "loss", type: "Minimize" };
const ACCURACY: Objective = { name: "accuracy", type: "Maximize" };

describe("the axis of values", () => {
  test("of nothing is 0 to 1", () => {
    expect(valueAxis([null, NaN], LOSS)).toEqual({
      low: 0,
      high: 1,
      scaling: "Linear",
    });
  });

  test("of one value has room", () => {
    const { low, high } = valueAxis([2, 2], LOSS);
    expect([low, high]).toEqual([1.9, 2.1]);
  });

  test("leaves far worse values beyond its end", () => {
    const values = [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 25];

    expect(valueAxis(values, LOSS).high).toBe(1.7);
    expect(valueAxis(values, ACCURACY).low).toBe(1);
    expect(valueAxis(values, ACCURACY).high).toBe(25);
  });

  test("ends 3 times the distance between the quartiles behind the worse one", () => {
    const values = [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7];

    expect(valueAxis([...values, 2.79], LOSS).high).toBe(2.79);
    expect(valueAxis([...values, 2.81], LOSS).high).toBe(1.7);
  });

  test("keeps them where there are too few values to judge", () => {
    expect(valueAxis([1, 1.1, 25], LOSS).high).toBe(25);
  });

  test("is logarithmic for small positive losses that differ much", () => {
    const values = [0.001, 0.01, 0.02, 0.05, 0.1, 0.3, 0.5, 1, 2];

    expect(valueAxis(values, LOSS).scaling).toBe("Logarithmic");
    expect(valueAxis(values, ACCURACY).scaling).toBe("Linear");
    expect(valueAxis([0, ...values], LOSS).scaling).toBe("Linear");
  });

  test("does not overflow", () => {
    expect(valueAxis([1, 2, 1e300, -Infinity], LOSS)).toMatchObject({
      low: 1,
      high: 2,
    });
  });
});

test("quantiles include the ends", () => {
  expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2);
  expect(quantile([1, 2, 3, 4], 0.75)).toBe(3.25);
});

test.each<Scaling>(["Linear", "Logarithmic", "ReverseLogarithmic"])(
  "%s scaling is undone",
  (scaling) => {
    for (const value of [0.001, 0.5, 0.99]) {
      expect(backward(forward(value, scaling), scaling)).toBeCloseTo(value, 12);
    }
  },
);

test("room is in proportion on the scale of the axis", () => {
  const [low, high] = roomy({ low: 1, high: 100, scaling: "Logarithmic" }, 0.5);
  expect(Math.exp(low)).toBeCloseTo(0.1);
  expect(Math.exp(high)).toBeCloseTo(1000);
});

describe("ticks", () => {
  const labels = (found: { label: string }[]) => found.map(({ label }) => label);

  test("are at round numbers, with the same decimals", () => {
    expect(labels(ticks(0.48, 1.02, "Linear", 6))).toEqual([
      "0.5",
      "0.6",
      "0.7",
      "0.8",
      "0.9",
      "1.0",
    ]);
    expect(labels(ticks(-0.1, 0.1, "Linear", 4))).toEqual([
      "-0.10",
      "-0.05",
      "0",
      "0.05",
      "0.10",
    ]);
  });

  test("are at decades of a logarithmic axis", () => {
    const found = ticks(Math.log(1e-4), Math.log(0.1), "Logarithmic", 4);
    expect(labels(found)).toEqual(["0.0001", "0.001", "0.01", "0.1"]);
  });

  test("within a decade are at round numbers", () => {
    const found = ticks(Math.log(16), Math.log(64), "Logarithmic", 5);
    expect(labels(found)).toEqual(
      ["20", "30", "40", "50", "60"].slice(0, found.length),
    );
  });

  test("of whole numbers are whole", () => {
    expect(labels(wholeTicks(0.5, 3.5, 12))).toEqual(["1", "2", "3"]);
  });

  test("at rungs leave out those that would collide", () => {
    const axis = { low: 1, high: 27, scaling: "Logarithmic" } as const;
    expect(labels(ticksAt([1, 3, 9, 27], axis, 0.5))).toEqual(["1", "3", "9", "27"]);
    expect(labels(ticksAt([1, 3, 9, 27], axis, 1.5))).toEqual(["1", "9"]);
  });

  test("of categories are their names, thinned where there are many", () => {
    const parameter = PLAN.parameters[2]!;
    expect(labels(parameterTicks(parameter, -0.5, 1.5, 5))).toEqual(["relu", "tanh"]);
    const many = { ...parameter, values: [..."abcdef"] };
    expect(labels(parameterTicks(many, -0.5, 5.5, 3))).toEqual(["a", "c", "e"]);
  });

  test("of an empty axis are none", () => {
    expect(ticks(1, 1, "Linear")).toEqual([]);
  });
});
