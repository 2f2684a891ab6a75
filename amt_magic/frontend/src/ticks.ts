/** Where an axis has ticks, and what they say. */

import { type Axis, backward, forward } from "./axis";
import { hyperparameter, number } from "./format";
import type { Parameter, Scaling } from "./protocol";

/** `position` is on the scale of the axis. */
export interface Tick {
  position: number;
  label: string;
}

/** Return ticks between two scaled ends, about `most` of them. */
export function ticks(low: number, high: number, scaling: Scaling, most = 5): Tick[] {
  if (!(high > low)) return [];
  if (scaling === "Linear") return linearTicks(low, high, most);
  const ends = [backward(low, scaling), backward(high, scaling)] as const;
  if (scaling === "Logarithmic") return logarithmicTicks(...ends, most);
  const positions = [0.05, 0.5, 0.95].map((share) => low + share * (high - low));
  return positions.map((position) => ({
    position,
    label: number(backward(position, scaling), 3),
  }));
}

function linearTicks(low: number, high: number, most: number, least = 0): Tick[] {
  const step = niceStep((high - low) / Math.max(1, most), least);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const found: Tick[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) {
    const position = k * step;
    const isPlain = decimals <= 5 && Math.abs(position) < 1e6;
    const label = isPlain ? position.toFixed(decimals) : number(position, 6);
    found.push({ position, label: Number(label) === 0 ? "0" : label });
  }
  return found;
}

/** Return ticks at whole numbers. */
export function wholeTicks(low: number, high: number, most: number): Tick[] {
  return linearTicks(low, high, most, 1);
}

function niceStep(rough: number, least: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((f) => f * power >= rough * (1 - 1e-9)) ?? 10;
  return Math.max(least, factor * power);
}

function logarithmicTicks(low: number, high: number, most: number): Tick[] {
  const decades = Math.log10(high / low);
  if (decades < 1) {
    return linearTicks(low, high, most)
      .filter((tick) => tick.position > 0)
      .map((tick) => ({ ...tick, position: Math.log(tick.position) }));
  }
  const factors = decades * 3 <= most ? [1, 2, 5] : decades * 2 <= most ? [1, 3] : [1];
  const every = Math.max(1, Math.ceil(decades / most));
  const found: Tick[] = [];
  const last = Math.ceil(Math.log10(high));
  for (let power = Math.floor(Math.log10(low)); power <= last; power++) {
    if (power % every) continue;
    for (const factor of factors) {
      const value = factor * 10 ** power;
      if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9)) continue;
      found.push({ position: Math.log(value), label: number(value, 3) });
    }
  }
  return found;
}

/** Return ticks at given values, without those too near to the one before. */
export function ticksAt(values: number[], axis: Axis, room: number): Tick[] {
  const found: Tick[] = [];
  for (const value of values) {
    const position = forward(value, axis.scaling);
    const before = found.at(-1);
    if (before && position - before.position < room) continue;
    found.push({ position, label: number(value, 6) });
  }
  return found;
}

/** Return the ticks of a hyperparameter: its categories, or a few values. */
export function parameterTicks(
  parameter: Parameter,
  low: number,
  high: number,
  most: number,
): Tick[] {
  if (parameter.values) {
    const every = Math.ceil(parameter.values.length / Math.max(1, most));
    return parameter.values
      .map((value, position) => ({ position, label: hyperparameter(value, 12) }))
      .filter((tick) => tick.position % every === 0);
  }
  const scaling = parameter.scaling ?? "Linear";
  if (parameter.kind === "Integer" && scaling === "Linear") {
    return wholeTicks(low, high, most);
  }
  return ticks(low, high, scaling, most);
}
