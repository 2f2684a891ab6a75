import { describe, expect, test } from "vitest";

import { Decimals } from "../src/decimals";
import {
  count,
  duration,
  hyperparameter,
  number,
  plural,
  visible,
  visibleLines,
  wholeDuration,
} from "../src/format";

// the right-hand sides are what Python's formats.py gives
test.each([
  [0.1 + 0.2, "0.3"],
  [0.102845, "0.10285"],
  [123456, "1.2346e+05"],
  [99999.6, "1e+05"],
  [12345, "12345"],
  [0.0001, "0.0001"],
  [0.000012345678, "1.2346e-05"],
  [-2.5, "-2.5"],
  [1e100, "1e+100"],
  [0, "0"],
  [NaN, "nan"],
  [Infinity, "inf"],
  [-Infinity, "-inf"],
  [null, "–"],
])("number %s is written %s", (value, text) => {
  expect(number(value)).toBe(text);
});

test.each([
  [0, "0.0 s"],
  [0.02, "0.02 s"],
  [0.4, "0.4 s"],
  [9.94, "9.9 s"],
  [9.96, "10 s"],
  [59.6, "1 min 0 s"],
  [12.5, "12 s"],
  [13.5, "14 s"],
  [134, "2 min 14 s"],
  [3780, "1 h 3 min"],
  [90000, "1 d 1 h"],
  [86400 * 123.456, "123.5 d"],
])("duration %s is written %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("a clock ticks in whole seconds", () => {
  expect([0, 3, 61].map(wholeDuration)).toEqual(["0 s", "3 s", "1 min 1 s"]);
});

test("counts have thousands apart, and nouns a plural", () => {
  expect([7, 1620, 1234567].map(count)).toEqual(["7", "1,620", "1,234,567"]);
  expect(plural(1, "training job")).toBe("1 training job");
  expect(plural(2000, "training job")).toBe("2,000 training jobs");
});

describe("visible", () => {
  test.each([
    ["plain <b>text</b>", "plain <b>text</b>"],
    ["two\nlines", "two\\nlines"],
    ["tab\t", "tab\\t"],
    ["\u202Eevil", "\\u202eevil"],
    ["a\u00a0b", "a\\xa0b"],
    ["\u{e0001}", "\\U000e0001"],
    ["\ud800", "\\ud800"],
    ["größe 学习率", "größe 学习率"],
  ])("%j is written %s", (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test("cuts after escaping, by whole characters", () => {
    expect(visible("abcdef", 6)).toBe("abcdef");
    expect(visible("abcdefg", 6)).toBe("abcde…");
    expect(visible("\u202Eabc", 6)).toBe("\\u202…");
    expect(visible("😀😀😀", 2)).toBe("😀…");
  });

  test("lines stay lines", () => {
    expect(visibleLines("a\r\n\x1b[31mb\n\tc")).toBe("a\n\\x1b[31mb\n    c");
  });
});

test("hyperparameters: integers in full, fractions short, texts visible", () => {
  expect(hyperparameter(123456789)).toBe("123456789");
  expect(hyperparameter(0.012345)).toBe("0.01235");
  expect(hyperparameter("re\nlu")).toBe("re\\nlu");
  expect(hyperparameter(null)).toBe("–");
});

describe("a column's decimals", () => {
  function written(...values: (number | null)[]): string[] {
    const decimals = new Decimals();
    values.forEach((value) => decimals.add(value));
    return values.map((value) => decimals.write(value));
  }

  test("are shared where values are of one size", () => {
    expect(written(0.97, 0.9512)).toEqual(["0.9700", "0.9512"]);
  });

  test("are each number's own where they are not", () => {
    expect(written(0.0001, 0.05)).toEqual(["0.0001", "0.05"]);
  });

  test("are no more than needed", () => {
    expect(written(0.5, 0.25)).toEqual(["0.50", "0.25"]);
    expect(written(16, 32)).toEqual(["16", "32"]);
  });

  test("ignore what is no number", () => {
    expect(written(0.5, NaN, null, Infinity)).toEqual(["0.5", "nan", "–", "inf"]);
  });

  test("follow values that arrive later, many or few", () => {
    const decimals = new Decimals();
    for (let k = 0; k < 200; k++) decimals.add(1 + k / 200);
    expect(decimals.write(1.5)).toBe("1.500");
    decimals.add(0.001);
    expect(decimals.write(1.5)).toBe("1.5");
  });
});
