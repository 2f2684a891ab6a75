/** How axes are chosen; as amt_magic/views/plot_data.py. */

import type { Objective, Scaling } from "./protocol";

export const LARGEST = 1e200; // of a value in a plot; its axis must not overflow
const FEWEST_FENCED = 8; // values, from which the worst may lie beyond the axis
const SMALLEST = 1e-100; // of a value on a logarithmic axis
const LOGARITHMIC_FROM = 30; // times the best
const MARGIN = 0.08; // of an axis, beyond its ends

/** The ends of an axis in plain values, and its scale. */
export interface Axis {
  low: number;
  high: number;
  scaling: Scaling;
}

/** Return a value as a loss: smaller is better. */
export function loss(value: number, objective: Objective): number {
  return objective.type === "Minimize" ? value : -value;
}

export function isDrawable(value: number | null): value is number {
  return value !== null && Math.abs(value) <= LARGEST;
}

/** Map a value to the scale on which its axis is even. */
export function forward(value: number, scaling: Scaling): number {
  if (scaling === "Logarithmic") return Math.log(value);
  return scaling === "ReverseLogarithmic" ? -Math.log1p(-value) : value;
}

/** Undo `forward`. */
export function backward(scaled: number, scaling: Scaling): number {
  if (scaling === "Logarithmic") return Math.exp(scaled);
  return scaling === "ReverseLogarithmic" ? -Math.expm1(-scaled) : scaled;
}

/** Return the value, or the end of the axis that it lies beyond. */
export function pin(axis: Axis, value: number): number {
  return Math.min(axis.high, Math.max(axis.low, value));
}

/** Return the scaled ends of an axis, with some room beyond them. */
export function roomy(axis: Axis, margin = MARGIN): [number, number] {
  const low = forward(axis.low, axis.scaling);
  const high = forward(axis.high, axis.scaling);
  const room = margin * (high - low);
  return [low - room, high + room];
}

/**
 * Choose the axis for values of the objective.
 *
 * From the best to the worst, but not to those that lie further behind the worse
 * quartile than 3 times the distance between the quartiles. Logarithmic where
 * small values are better, all are above 0, and that quartile is 30 times the best.
 */
export function valueAxis(values: Iterable<number | null>, objective: Objective): Axis {
  const losses = sortedLosses(values, objective);
  const count = losses.length;
  if (!count) return { low: 0, high: 1, scaling: "Linear" };
  let best = losses[0] as number;
  let worst = losses[count - 1] as number;
  if (best === worst) {
    const margin = 0.05 * Math.abs(best) || 0.05;
    best -= margin;
    worst += margin;
  }
  const isFenced = count >= FEWEST_FENCED;
  const first = isFenced ? quantile(losses, 0.25) : best;
  const third = isFenced ? quantile(losses, 0.75) : worst;
  const isPositive = objective.type === "Minimize" && best > SMALLEST;
  if (isPositive && third >= LOGARITHMIC_FROM * best) {
    return { low: best, high: worst, scaling: "Logarithmic" };
  }
  const fence = third > first ? third + 3 * (third - first) : Infinity;
  worst = losses.findLast((value) => value <= fence) ?? worst;
  const ends = [loss(best, objective), loss(Math.max(worst, third), objective)];
  return { low: Math.min(...ends), high: Math.max(...ends), scaling: "Linear" };
}

function sortedLosses(
  values: Iterable<number | null>,
  objective: Objective,
): Float64Array {
  const losses: number[] = [];
  for (const value of values)
    if (isDrawable(value)) losses.push(loss(value, objective));
  return Float64Array.from(losses).sort();
}

/** Return a quantile of sorted values, the ends included. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place % 1);
}
