/** The messages between the view and its kernel, as they travel. */

export type Status =
  "Completed" | "Stopped" | "Failed" | "InProgress" | "Stopping" | "interrupted";

export type Scaling = "Linear" | "Logarithmic" | "ReverseLogarithmic";

export interface Objective {
  name: string;
  type: "Minimize" | "Maximize";
}

export interface Parameter {
  name: string;
  kind: "Continuous" | "Integer" | "Categorical";
  scaling: Scaling | null;
  min: number | null;
  max: number | null;
  values: string[] | null;
}

export interface Plan {
  name: string;
  strategy: string;
  objective: Objective;
  parallel: number;
  seed: number | null;
  origins: string[];
  parameters: Parameter[];
  rungs: number[];
  maxResource: number | null;
  cell: string;
  request: string;
}

export interface Best {
  index: number;
  value: number;
  code: string;
}

/** Times in seconds; `elapsed` and `left` are as of `now`, the kernel's clock. */
export interface Standing {
  status: Status;
  hasEnded: boolean;
  counts: { completed: number; stopped: number; failed: number; running: number };
  most: number | null;
  limits: string[];
  target: number | null;
  now: number;
  elapsed: number;
  left: number | null;
  choosing: number;
  training: number;
  saved: string[];
  savedShare: number | null;
  best: Best | null;
  ending: string;
}

export type Value = number | string | null;

/** index, status, value, reports, started, ended, hyperparameters, why */
export type RowMessage = [
  number,
  Status,
  number | "nan" | "inf" | "-inf" | null,
  number,
  number | null,
  number | null,
  Value[],
  string,
];

/** index, resource of the first value, values; null: not finite */
export type CurveMessage = [number, number, (number | null)[]];

export interface Detail {
  kind: "detail";
  index: number;
  code: string;
  why: string;
  log: string;
  worker: string | null;
  attempt: number | null;
}

export interface Changes {
  kind: "changes";
  sequence: number;
  standing: Standing;
  rows: RowMessage[];
  curves: CurveMessage[];
}

export type Snapshot = Omit<Changes, "kind"> & { kind: "snapshot"; plan: Plan };

export type Message = Snapshot | Changes | Detail | { kind: "failure"; text: string };

export type Request =
  | { kind: "ready" }
  | { kind: "open"; index: number }
  | { kind: "stop"; index?: number };
