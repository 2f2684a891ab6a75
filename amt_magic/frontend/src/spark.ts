/** A learning curve in a cell of the table. */

import { type Axis, forward, pin } from "./axis";
import { svg } from "./dom";
import { thin } from "./plots/parameter";

const WIDTH = 76;
const HEIGHT = 16;
const MOST_POINTS = 38;

/** Where sparklines are drawn to: the same for all, so that they compare. */
export interface Frame {
  axis: Axis;
  longest: number;
}

export class Spark {
  readonly root: Element;
  private readonly path = svg("path", { fill: "none" });

  constructor() {
    const viewBox = `0 0 ${WIDTH} ${HEIGHT}`;
    this.root = svg("svg", { class: "amt-spark", viewBox, "aria-hidden": "true" });
    this.root.append(this.path);
  }

  show(curve: number[], frame: Frame): void {
    this.path.setAttribute("d", sparkPath(curve, frame));
  }
}

/** Return the path of a curve; a single value is a point. */
export function sparkPath(curve: number[], { axis, longest }: Frame): string {
  const low = forward(axis.low, axis.scaling);
  const high = forward(axis.high, axis.scaling);
  const places = thin([...curve.keys()], MOST_POINTS);
  let path = "";
  let isDown = false;
  for (const k of places) {
    const value = forward(pin(axis, curve[k] as number), axis.scaling);
    const isGap = Number.isNaN(value);
    if (!isGap) {
      const x = 2 + (k / Math.max(1, longest - 1)) * (WIDTH - 4);
      const y = HEIGHT - 2 - ((value - low) / (high - low)) * (HEIGHT - 4);
      path += `${isDown ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    }
    isDown = !isGap;
  }
  return places.length === 1 && path ? `${path}h1.5` : path;
}
