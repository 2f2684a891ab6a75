import { expect, test } from "vitest";

import { Brushes } from "../src/brush";

test("without a brush all pass", () => {
  expect(new Brushes().lets([0.5, NaN])).toBe(true);
});

test("a drag in either direction brushes, within the axis", () => {
  const brushes = new Brushes();
  brushes.drag(0, 0.8, 0.2);
  brushes.drag(1, 0.5, 7);

  expect(brushes.get(0)).toEqual([0.2, 0.8]);
  expect(brushes.get(1)).toEqual([0.5, 1]);
});

test("brushes of several axes combine", () => {
  const brushes = new Brushes();
  brushes.drag(0, 0, 0.5);
  brushes.drag(2, 0.5, 1);

  expect(brushes.lets([0.3, 0.9, 0.7])).toBe(true);
  expect(brushes.lets([0.3, 0.9, 0.2])).toBe(false);
  expect(brushes.lets([0.7, 0.9, 0.7])).toBe(false);
});

test("what has no place on a brushed axis does not pass", () => {
  const brushes = new Brushes();
  brushes.drag(0, 0, 1);
  expect(brushes.lets([NaN])).toBe(false);
});

test("a click clears its axis only", () => {
  const brushes = new Brushes();
  brushes.drag(0, 0, 0.5);
  brushes.drag(1, 0, 0.5);
  brushes.drag(0, 0.3, 0.305);

  expect(brushes.get(0)).toBeUndefined();
  expect(brushes.isEmpty).toBe(false);
  brushes.clear();
  expect(brushes.isEmpty).toBe(true);
});

test("keys move the ends, from the whole axis", () => {
  const brushes = new Brushes();
  brushes.move(0, 0.25, 0);
  brushes.move(0, 0, -0.25);
  expect(brushes.get(0)).toEqual([0.25, 0.75]);
});
