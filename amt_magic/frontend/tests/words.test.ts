import { describe, expect, test } from "vitest";

import { isSilent, tellSilence, tellTimes } from "../src/clock";
import { countStatuses, tellPlan, tellProgress } from "../src/header";
import { Pace } from "../src/pace";
import { Store } from "../src/store";
import { tellHyperparameters, tellRow } from "../src/words";
import { PLAN, rowMessage, snapshot, STANDING } from "./messages";

const NOON = new Date(2026, 10, 24, 12, 0, 0);

describe("times", () => {
  test("tick between messages", () => {
    expect(tellTimes(STANDING, 0, NOON)).toBe(
      "2 min 14 s elapsed, about 1 min 50 s left, until 12:01:50",
    );
    expect(tellTimes(STANDING, 10, NOON)).toBe(
      "2 min 24 s elapsed, about 1 min 40 s left, until 12:01:40",
    );
  });

  test("expect no end where none is known, and none before now", () => {
    expect(tellTimes({ ...STANDING, left: null }, 0, NOON)).toBe("2 min 14 s elapsed");
    expect(tellTimes(STANDING, 500, NOON)).toContain("about 0 s left");
  });

  test("stand still at the end", () => {
    expect(tellTimes({ ...STANDING, hasEnded: true }, 99, NOON)).toBe(
      "took 2 min 14 s",
    );
  });
});

describe("silence", () => {
  test("of 15 seconds is told while the job has not ended", () => {
    expect(isSilent(STANDING, 14.9)).toBe(false);
    expect(isSilent(STANDING, 15)).toBe(true);
    expect(isSilent(null, 15)).toBe(true);
    expect(isSilent({ ...STANDING, hasEnded: true }, 1e6)).toBe(false);
  });

  test("is told with the time and the remedy", () => {
    expect(tellSilence("churn", new Date(2026, 10, 24, 14, 2, 11))).toBe(
      "no news since 14:02:11: the kernel is gone; the tuning job goes on. " +
        "Show it again: %tune show churn",
    );
  });
});

test("the plan and the progress in words", () => {
  expect(tellPlan(PLAN)).toBe("Hyperband · maximize accuracy · 4 in parallel · seed 7");
  expect(tellPlan({ ...PLAN, seed: null })).not.toContain("seed");
  const origins = ["warm start from old (TransferLearning)"];
  expect(tellPlan({ ...PLAN, origins })).toMatch(/· warm start from old/);
  expect(tellProgress(STANDING)).toBe("1 of 50 training jobs");
  expect(tellProgress({ ...STANDING, most: null })).toBe("1 training jobs ended");
});

test("what ran when the runner died counts as interrupted", () => {
  const counted = countStatuses({ ...STANDING, status: "interrupted" });
  expect(counted.filter(([, number]) => number)).toEqual([
    ["Completed", 1, "completed"],
    ["interrupted", 1, "interrupted"],
  ]);
});

test("training jobs in words, hostile names made visible", () => {
  const store = new Store(0);
  store.receive(snapshot(1, [rowMessage(1), rowMessage(2, null, "Failed")]), 0);
  const [first] = store.rows;
  const [lr, ...others] = PLAN.parameters;
  const hostile = { ...PLAN, parameters: [{ ...lr!, name: "a\u202Eb" }, ...others] };

  expect(tellHyperparameters(first!, PLAN)).toBe("lr 0.01, hidden 32, activation relu");
  expect(tellHyperparameters(first!, PLAN, 1)).toBe("lr 0.01, …");
  expect(tellHyperparameters(first!, hostile, 1)).toBe("a\\u202eb 0.01, …");
  expect(tellRow(store, PLAN, 1)).toMatch(/^training job 1: 0.5, lr 0.01/);
  expect(tellRow(store, PLAN, 2)).toMatch(/^training job 2: Failed/);
});

test("large plots are drawn less often", () => {
  const pace = new Pace();
  expect(pace.isDue(10_000, 0)).toBe(true);
  expect(pace.isDue(10_000, 400)).toBe(false);
  expect(pace.isDue(10_000, 500)).toBe(true);
  expect(pace.isDue(100, 506)).toBe(true);
});
