/** The decimals that the numbers of one column share. */

import { NOTHING, number } from "./format";

const MOST_DISTINCT = 64;

/**
 * Gives the smallest value 4 significant digits where all are of one size.
 *
 * Takes values one by one; what was taken once counts for ever.
 */
export class Decimals {
  private low = Infinity;
  private high = 0;
  private readonly distinct = new Set<number>();
  private shared: number | null | undefined;

  add(value: number | null): void {
    if (value === null || !Number.isFinite(value)) return;
    const size = Math.abs(value);
    const isKnown = this.distinct.has(value);
    if (isKnown || (this.distinct.size >= MOST_DISTINCT && this.spans(size))) return;
    if (this.distinct.size < MOST_DISTINCT) this.distinct.add(value);
    if (size) {
      this.low = Math.min(this.low, size);
      this.high = Math.max(this.high, size);
    }
    this.shared = undefined;
  }

  /** Write a value of the column. */
  write(value: number | null): string {
    if (value === null) return NOTHING;
    this.shared ??= this.choose();
    const isShared = this.shared !== NONE && Number.isFinite(value);
    return isShared ? value.toFixed(this.shared as number) : number(value, 4);
  }

  private spans(size: number): boolean {
    return !size || (size >= this.low && size <= this.high);
  }

  private choose(): number {
    const [low, high] =
      this.distinct.size && this.high ? [this.low, this.high] : [1, 1];
    if (high >= 100 * low || low < 1e-4 || high >= 1e6) return NONE;
    const most = Math.max(0, 3 - Math.floor(Math.log10(low)));
    if (this.distinct.size >= MOST_DISTINCT) return most;
    return Math.max(0, ...[...this.distinct].map((value) => needed(value, most)));
  }
}

const NONE = -1; // shared decimals: each number is written by itself

function needed(value: number, most: number): number {
  const [, fraction = ""] = value.toFixed(most).split(".");
  return fraction.replace(/0+$/, "").length;
}
