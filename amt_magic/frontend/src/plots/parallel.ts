/** The lines and axes of parallel coordinates, as data and on a canvas. */

import { forward, isDrawable, loss, pin, valueAxis } from "../axis";
import type { Brushes } from "../brush";
import { visible } from "../format";
import type { Plan } from "../protocol";
import type { Row } from "../store";
import { mix, type Theme } from "../theme";
import { parameterTicks, type Tick, ticks } from "../ticks";
import { parameterEnds, parameterPosition, thin } from "./parameter";

export const TOP = 34; // pixels of the page, above the axes
export const BOTTOM = 14;
const SIDE = 56;
const MOST_LINES = 2000;
const SHADES = 12; // from the worst to the best
const PATH_LINES = 100;

/** `ticks` are at shares of the axis. */
export interface ParallelAxis {
  name: string;
  ticks: Tick[];
}

/** `shares`: the place on each axis, the objective last; `merit`: 1 is the best. */
export interface ParallelLine {
  index: number;
  shares: number[];
  merit: number;
}

export interface ParallelData {
  axes: ParallelAxis[];
  lines: ParallelLine[];
  total: number;
}

export function parallelData(rows: Row[], plan: Plan): ParallelData {
  const drawable = rows.filter((row) => isDrawable(row.value));
  const shown = thin(drawable, MOST_LINES);
  const values = drawable.map((row) => row.value);
  const axis = valueAxis(values, plan.objective);
  const ends = plan.parameters.map(parameterEnds);
  const low = forward(axis.low, axis.scaling);
  const width = forward(axis.high, axis.scaling) - low;
  const lines = shown.map((row): ParallelLine => {
    const value = forward(pin(axis, row.value as number), axis.scaling);
    const share = (value - low) / width;
    const shares = plan.parameters.map((parameter, k) => {
      const position = parameterPosition(parameter, row.hyperparameters[k] ?? null);
      const [from, to] = ends[k] as [number, number];
      return position === null ? NaN : (position - from) / (to - from);
    });
    const merit = loss(1, plan.objective) > 0 ? 1 - share : share;
    return { index: row.index, shares: [...shares, share], merit };
  });
  const axes = plan.parameters.map((parameter, k): ParallelAxis => {
    const [from, to] = ends[k] as [number, number];
    const found = parameterTicks(parameter, from, to, 6);
    return { name: visible(parameter.name, 24), ticks: inShares(found, from, to) };
  });
  const found = ticks(low, low + width, axis.scaling, 6);
  const name = visible(plan.objective.name, 24);
  axes.push({ name, ticks: inShares(found, low, low + width) });
  lines.sort((a, b) => a.merit - b.merit);
  return { axes, lines, total: drawable.length };
}

function inShares(found: Tick[], low: number, high: number): Tick[] {
  return found.map(({ position, label }) => {
    return { position: (position - low) / (high - low), label };
  });
}

/** Where axis `k` of `count` is, in pixels of the page. */
export function axisLeft(k: number, count: number, width: number): number {
  return SIDE + (k / Math.max(1, count - 1)) * (width - 2 * SIDE);
}

export interface Sheet {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  theme: Theme;
}

export function drawParallel(
  sheet: Sheet,
  data: ParallelData,
  brushes: Brushes,
  best: number | null,
): void {
  const chosen = data.lines.filter((line) => brushes.lets(line.shares));
  const others = data.lines.filter((line) => !brushes.lets(line.shares));
  const { context, theme } = sheet;
  context.lineWidth = 1;
  stroke(sheet, others, theme.quiet, 0.1);
  const crowd = chosen.length > 1000 ? 0.2 : chosen.length > 300 ? 0.4 : 0.75;
  for (let shade = 0; shade < SHADES; shade++) {
    const share = shade / (SHADES - 1);
    const some = chosen.filter(({ merit }) => {
      return Math.min(SHADES - 1, Math.floor(merit * SHADES)) === shade;
    });
    stroke(
      sheet,
      some,
      mix(theme.quiet, theme.accent, share),
      crowd * (0.3 + 0.7 * share),
    );
  }
  context.lineWidth = 2;
  const line = chosen.find(({ index }) => index === best);
  if (line) stroke(sheet, [line], theme.ink, 1);
  drawAxes(sheet, data.axes, brushes);
}

function stroke(
  { context, width, height }: Sheet,
  lines: ParallelLine[],
  color: string,
  alpha: number,
): void {
  context.strokeStyle = color;
  context.globalAlpha = alpha;
  const room = height - TOP - BOTTOM;
  for (let k = 0; k < lines.length; k += PATH_LINES) {
    context.beginPath();
    for (const { shares } of lines.slice(k, k + PATH_LINES)) {
      let isDown = false;
      shares.forEach((share, axis) => {
        if (Number.isNaN(share)) isDown = false;
        else {
          const x = axisLeft(axis, shares.length, width);
          const y = TOP + (1 - share) * room;
          if (isDown) context.lineTo(x, y);
          else context.moveTo(x, y);
          isDown = true;
        }
      });
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawAxes(sheet: Sheet, axes: ParallelAxis[], brushes: Brushes): void {
  const { context, width, height, theme } = sheet;
  const room = height - TOP - BOTTOM;
  const apart = (width - 2 * SIDE) / Math.max(1, axes.length - 1);
  context.textBaseline = "middle";
  axes.forEach((axis, k) => {
    const x = Math.round(axisLeft(k, axes.length, width)) + 0.5;
    const isLast = k === axes.length - 1;
    context.lineWidth = 1;
    context.strokeStyle = theme.quiet;
    context.beginPath();
    context.moveTo(x, TOP);
    context.lineTo(x, TOP + room);
    context.stroke();
    const brush = brushes.get(k);
    if (brush) {
      context.fillStyle = theme.accent;
      const top = TOP + (1 - brush[1]) * room;
      context.globalAlpha = 0.35;
      context.fillRect(x - 7, top, 14, (brush[1] - brush[0]) * room);
      context.globalAlpha = 1;
      context.fillRect(x - 7, top, 14, 1.5);
      context.fillRect(x - 7, top + (brush[1] - brush[0]) * room - 1.5, 14, 1.5);
    }
    context.font = `11px ${theme.font}`;
    context.textAlign = isLast ? "left" : "right";
    for (const tick of axis.ticks) {
      const y = TOP + (1 - tick.position) * room;
      write(sheet, tick.label, x + (isLast ? 6 : -6), y, theme.quiet);
    }
    context.font = `600 12px ${theme.font}`;
    context.textAlign = "center";
    write(
      sheet,
      shorten(context, axis.name, Math.max(60, apart - 10)),
      x,
      14,
      theme.ink,
    );
  });
}

/** Write on a halo, so that lines do not disturb. */
function write(sheet: Sheet, text: string, x: number, y: number, color: string): void {
  const { context, theme } = sheet;
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = theme.surface;
  context.strokeText(text, x, y);
  context.fillStyle = color;
  context.fillText(text, x, y);
}

function shorten(
  context: CanvasRenderingContext2D,
  text: string,
  room: number,
): string {
  let shown = text;
  while (shown.length > 3 && context.measureText(shown).width > room) {
    shown = `${shown.slice(0, -2)}…`;
  }
  return shown;
}
