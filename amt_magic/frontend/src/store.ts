/** What a view knows of its tuning job, built from the kernel's messages. */

import { loss } from "./axis";
import type {
  CurveMessage,
  Detail,
  Message,
  Plan,
  RowMessage,
  Standing,
  Status,
  Value,
} from "./protocol";

/** One training job. `value` may be NaN or infinite; null: there is none. */
export interface Row {
  index: number;
  status: Status;
  value: number | null;
  reports: number;
  started: number | null;
  ended: number | null;
  hyperparameters: Value[];
  why: string;
}

/** What a message did: "gap" asks for a snapshot, "nothing" needs no drawing. */
export type Outcome = "gap" | "nothing" | "snapshot" | "changes" | "detail" | "failure";

const ASK_AGAIN = 5; // seconds without the snapshot that was asked for

export class Store {
  plan: Plan | null = null;
  standing: Standing | null = null;
  failure = "";
  /** Training jobs by growing index. */
  rows: Row[] = [];
  /** Values of the objective by resource from 1; NaN where not finite. */
  readonly curves = new Map<number, number[]>();
  readonly details = new Map<number, Detail>();
  /** Grows with each change of rows or curves. */
  version = 0;
  /** Seconds of the view's clock at which the kernel was last heard. */
  heardAt: number;

  private readonly byIndex = new Map<number, Row>();
  private sequence: number | null = null;
  private askedAt: number | null = null;
  private standingAt = 0;

  constructor(now: number) {
    this.heardAt = now;
  }

  /** Note that a snapshot was asked for. */
  asked(now: number): void {
    this.askedAt = now;
  }

  /** Take in a message that arrived at `now`. */
  receive(message: Message, now: number): Outcome {
    this.heardAt = now;
    this.failure = message.kind === "failure" ? message.text : "";
    switch (message.kind) {
      case "failure":
        return "failure";
      case "detail":
        this.details.set(message.index, message);
        return "detail";
      case "snapshot":
        this.clear();
        this.plan = message.plan;
        this.askedAt = null;
        break;
      case "changes":
        if (this.sequence === null || message.sequence !== this.sequence + 1) {
          return this.missed(now);
        }
        break;
      default:
        return "nothing";
    }
    this.sequence = message.sequence;
    this.standing = message.standing;
    this.standingAt = now;
    message.rows.forEach((row) => this.takeRow(row));
    message.curves.forEach((curve) => this.takeCurve(curve));
    if (message.rows.length || message.curves.length) this.version += 1;
    return message.kind;
  }

  row(index: number): Row | undefined {
    return this.byIndex.get(index);
  }

  /** The learning curve of a training job; a single value is no curve yet. */
  curve(row: Row): number[] {
    const known = this.curves.get(row.index);
    if (known) return known;
    return row.value !== null && row.reports === 1 ? [row.value] : [];
  }

  /** The kernel's clock, in epoch seconds. */
  kernelNow(now: number): number {
    return this.standing ? this.standing.now + this.age(now) : 0;
  }

  /** Seconds since the standing was told. */
  age(now: number): number {
    return Math.max(0, now - this.standingAt);
  }

  private missed(now: number): Outcome {
    this.sequence = null;
    if (this.askedAt !== null && now < this.askedAt + ASK_AGAIN) return "nothing";
    this.askedAt = now;
    return "gap";
  }

  private clear(): void {
    this.rows = [];
    this.byIndex.clear();
    this.curves.clear();
    this.version += 1;
  }

  private takeRow(message: RowMessage): void {
    const row = readRow(message);
    const known = this.byIndex.get(row.index);
    if (row.reports <= 1) this.curves.delete(row.index);
    if (known) {
      Object.assign(known, row);
      return;
    }
    this.byIndex.set(row.index, row);
    const last = this.rows.at(-1);
    this.rows.push(row);
    if (last && last.index > row.index) this.rows.sort((a, b) => a.index - b.index);
  }

  private takeCurve([index, from, values]: CurveMessage): void {
    const curve = (this.curves.get(index) ?? []).slice(0, Math.max(0, from - 1));
    while (curve.length < from - 1) curve.push(NaN);
    for (const value of values) curve.push(value ?? NaN);
    this.curves.set(index, curve);
  }
}

function readRow(message: RowMessage): Row {
  const [index, status, value, reports, started, ended, hyperparameters, why] = message;
  return {
    index,
    status,
    value: typeof value === "string" ? readNumber(value) : value,
    reports,
    started,
    ended,
    hyperparameters,
    why,
  };
}

function readNumber(text: string): number {
  return { inf: Infinity, "-inf": -Infinity }[text] ?? NaN;
}

export function isRunning(row: Row): boolean {
  return row.status === "InProgress" || row.status === "Stopping";
}

/** Tell whether the training job counts for the best: it ended with a value. */
export function isUsable(row: Row): boolean {
  const hasEnded = row.status === "Completed" || row.status === "Stopped";
  return hasEnded && row.value !== null && Number.isFinite(row.value);
}

/** Seconds of training so far; null before the start. */
export function secondsOf(row: Row, kernelNow: number): number | null {
  if (row.started === null) return null;
  const until = row.ended ?? (isRunning(row) ? kernelNow : null);
  return until === null ? null : Math.max(0, until - row.started);
}

/** Corners of the best value so far, by index. */
export function bestSoFar(rows: Row[], plan: Plan): [number, number][] {
  const corners: [number, number][] = [];
  let smallest = Infinity;
  for (const row of rows) {
    if (!isUsable(row)) continue;
    const value = row.value as number;
    if (loss(value, plan.objective) >= smallest) continue;
    smallest = loss(value, plan.objective);
    corners.push([row.index, value]);
  }
  return corners;
}
