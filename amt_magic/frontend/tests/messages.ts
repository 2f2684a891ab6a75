/** Messages as a kernel sends them. */

import type { Changes, Plan, RowMessage, Snapshot, Standing } from "../src/protocol";

export const PLAN: Plan = {
  name: "churn",
  strategy: "Hyperband",
  objective: { name: "accuracy", type: "Maximize" },
  parallel: 4,
  seed: 7,
  origins: [],
  parameters: [
    {
      name: "lr",
      kind: "Continuous",
      scaling: "Logarithmic",
      min: 1e-4,
      max: 0.1,
      values: null,
    },
    {
      name: "hidden",
      kind: "Integer",
      scaling: "Linear",
      min: 16,
      max: 256,
      values: null,
    },
    {
      name: "activation",
      kind: "Categorical",
      scaling: null,
      min: null,
      max: null,
      values: ["relu", "tanh"],
    },
  ],
  rungs: [1, 3, 9],
  maxResource: 27,
  cell: "%%tune churn",
  request: "{}",
};

export const STANDING: Standing = {
  status: "InProgress",
  hasEnded: false,
  counts: { completed: 1, stopped: 0, failed: 0, running: 1 },
  most: 50,
  limits: [],
  target: null,
  now: 1000,
  elapsed: 134.2,
  left: 110,
  choosing: 0.4,
  training: 31,
  saved: [],
  savedShare: null,
  best: { index: 1, value: 0.9, code: "lr = 0.01" },
  ending: "",
};

export function rowMessage(
  index: number,
  value: RowMessage[2] = 0.5,
  status: RowMessage[1] = "Completed",
): RowMessage {
  return [index, status, value, 3, 990, 999, [0.01, 32, "relu"], ""];
}

export function snapshot(sequence: number, rows: RowMessage[] = []): Snapshot {
  const standing = STANDING;
  return { kind: "snapshot", sequence, plan: PLAN, standing, rows, curves: [] };
}

export function changes(
  sequence: number,
  rows: RowMessage[] = [],
  curves: Changes["curves"] = [],
): Changes {
  return { kind: "changes", sequence, standing: STANDING, rows, curves };
}
