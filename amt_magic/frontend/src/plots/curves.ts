/** The objective by resource, a line for each training job. */

import { type Axis, forward, pin, roomy, valueAxis } from "../axis";
import { count, visible } from "../format";
import { bestRows, type Group, groupOf } from "../order";
import type { Plan, Standing } from "../protocol";
import { isUsable, type Row, type Store } from "../store";
import { ticks, ticksAt, wholeTicks } from "../ticks";
import { tellRow } from "../words";
import type { Hit, Pen, Picture } from "./chart";
import { tellBest } from "./convergence";
import { thin } from "./parameter";

/** Positions on the scales of the axes, x and y by turns; NaN leaves a gap. */
export interface Line {
  index: number;
  group: Group;
  points: number[];
}

const MOST_IN_FULL = 500;
const MOST_BEST = 100; // of those in full
const MOST_THINNED = 2000; // others that are drawn at all
const MOST_POINTS = 12_000; // of those that are thinned
const MOST_VALUES = 20_000; // that the axis is chosen from
const NEAR = 24; // pixels of the page
const PATH_LINES = 200; // a longer path takes longer for each of its lines
const LAYERS: Group[] = ["Stopped", "Failed", "Completed", "interrupted", "InProgress"];

export interface Choice {
  full: Row[];
  thinned: Row[];
}

/** Choose whose curves are drawn in full: the best ones and the newest. */
export function chooseCurves(rows: Row[], plan: Plan, most = MOST_IN_FULL): Choice {
  if (rows.length <= most) return { full: rows, thinned: [] };
  const least = Math.min(MOST_BEST, most);
  const chosen = new Set(bestRows(rows.filter(isUsable), plan.objective, least));
  for (let k = rows.length - 1; k >= 0 && chosen.size < most; k--) {
    chosen.add(rows[k] as Row);
  }
  return {
    full: rows.filter((row) => chosen.has(row)),
    thinned: rows.filter((row) => !chosen.has(row)),
  };
}

export function learningCurves(
  store: Store,
  plan: Plan,
  standing: Standing,
  rows = store.rows,
): Picture {
  const shown = rows.filter((row) => store.curve(row).length);
  const { full, thinned } = chooseCurves(shown, plan);
  const longest = shown.reduce(
    (most, row) => Math.max(most, store.curve(row).length),
    2,
  );
  const last = Math.max(longest, plan.maxResource ?? 0);
  const scaling = plan.rungs.length ? "Logarithmic" : "Linear";
  const across: Axis = { low: 1, high: last, scaling };
  const axis = valueAxis(sampleValues(store, shown), plan.objective);
  const some = thin(thinned, MOST_THINNED);
  const step = Math.ceil((some.length * longest) / MOST_POINTS);
  const lines = full.map((row) => line(store, row, across, axis, 1));
  const faint = some.map((row) => line(store, row, across, axis, step));
  const best = lines.find(({ index }) => index === standing.best?.index);
  const only = lines.length === 1 ? lines[0] : undefined;
  const metric = visible(plan.objective.name, 24);
  const rungs = plan.rungs.filter((rung) => rung <= last);

  function draw(pen: Pen): void {
    drawRungs(pen, rungs, across);
    drawLines(pen, faint, 0.35);
    drawLines(pen, lines, 1);
    if (best) drawLine(pen, best, pen.theme.ink, 2);
    else if (only) drawLine(pen, only, pen.theme.status[only.group], 1.6);
  }

  return {
    x: scaling === "Linear" ? [1 - 0.02 * last, last * 1.01] : roomy(across, 0.015),
    y: roomy(axis, 0.05),
    xTicks: (low, high, most) => {
      if (scaling === "Linear") return wholeTicks(low, high, most);
      const marked = [...new Set([1, ...rungs, last])].sort((a, b) => a - b);
      return ticksAt(marked, across, (0.6 * (high - low)) / most);
    },
    yTicks: (low, high, most) => ticks(low, high, axis.scaling, most),
    caption: tellCaption(metric, rungs, some.length, thinned.length),
    label: `learning curves, ${metric} by epoch; best: ${tellBest(standing, metric)}`,
    draw,
    find: (x, y, pen) => findLine(lines, x, y, pen, (i) => tellRow(store, plan, i)),
  };
}

function tellCaption(
  metric: string,
  rungs: number[],
  faint: number,
  thinned: number,
): string {
  const parts = [`${metric} by epoch`];
  if (rungs.length) parts.push(`rungs at ${rungs.join(", ")}`);
  const share = faint < thinned ? `${count(faint)} of ${count(thinned)}` : count(faint);
  if (thinned) parts.push(`${share} older ones thinned and faint`);
  return parts.join(" · ");
}

function sampleValues(store: Store, rows: Row[]): number[] {
  const total = rows.reduce((sum, row) => sum + store.curve(row).length, 0);
  const step = Math.ceil(total / MOST_VALUES) || 1;
  const values: number[] = [];
  let place = 0;
  for (const row of rows) {
    for (const value of store.curve(row)) if (place++ % step === 0) values.push(value);
  }
  return values;
}

/** Place a curve, of which every `step`-th value and the last are taken. */
export function line(
  store: Store,
  row: Row,
  across: Axis,
  axis: Axis,
  step: number,
): Line {
  const curve = store.curve(row);
  const points: number[] = [];
  for (let k = 0; k < curve.length; k++) {
    if (k % step && k !== curve.length - 1) continue;
    const value = pin(axis, curve[k] as number);
    points.push(forward(k + 1, across.scaling), forward(value, axis.scaling));
  }
  return { index: row.index, group: groupOf(row.status), points };
}

function drawRungs(pen: Pen, rungs: number[], across: Axis): void {
  const { context, ratio, theme, box } = pen;
  context.beginPath();
  for (const rung of rungs) {
    const left = Math.round(pen.x(forward(rung, across.scaling))) + 0.5;
    context.moveTo(left, box.top);
    context.lineTo(left, box.top + box.height);
  }
  context.setLineDash([2 * ratio, 3 * ratio]);
  context.strokeStyle = theme.line;
  context.lineWidth = ratio;
  context.stroke();
  context.setLineDash([]);
}

function drawLines(pen: Pen, lines: Line[], alpha: number): void {
  const { context } = pen;
  for (const group of LAYERS) {
    const some = lines.filter((each) => each.group === group);
    context.globalAlpha = alpha * (group === "Stopped" ? 0.4 : 0.75);
    context.strokeStyle = context.fillStyle = pen.theme.status[group];
    context.lineWidth = 1.1 * pen.ratio;
    for (let k = 0; k < some.length; k += PATH_LINES) {
      const part = some.slice(k, k + PATH_LINES);
      context.beginPath();
      for (const each of part) trace(pen, each);
      context.stroke();
      for (const each of part) if (each.points.length === 2) dot(pen, each);
    }
  }
  context.globalAlpha = 1;
}

function drawLine(pen: Pen, one: Line, color: string, width: number): void {
  const { context } = pen;
  context.beginPath();
  trace(pen, one);
  context.strokeStyle = context.fillStyle = color;
  context.lineWidth = width * pen.ratio;
  context.lineJoin = "round";
  context.stroke();
  if (one.points.length === 2) dot(pen, one);
}

function trace({ context, x, y }: Pen, { points }: Line): void {
  let isDown = false;
  for (let k = 0; k < points.length; k += 2) {
    const top = y(points[k + 1] as number);
    if (Number.isNaN(top)) isDown = false;
    else if (isDown) context.lineTo(x(points[k] as number), top);
    else {
      context.moveTo(x(points[k] as number), top);
      isDown = true;
    }
  }
}

function dot({ context, x, y, ratio }: Pen, { points }: Line): void {
  const size = 1.5 * ratio;
  const [left, top] = [x(points[0] as number), y(points[1] as number)];
  context.fillRect(left - size, top - size, 2 * size, 2 * size);
}

function findLine(
  lines: Line[],
  x: number,
  y: number,
  pen: Pen,
  tell: (index: number) => string,
): Hit | null {
  let [nearest, shortest]: [Line | null, number] = [null, NEAR * pen.ratio];
  for (const each of lines) {
    const distance = Math.abs(heightAt(each, x, pen) - y);
    if (!(distance < shortest)) continue;
    [nearest, shortest] = [each, distance];
  }
  if (!nearest) return null;
  const found = nearest;
  const draw = (on: Pen) => drawLine(on, found, on.theme.accent, 2.5);
  return { index: found.index, text: tell(found.index), draw };
}

/** Where a line is at `x`, in pixels; NaN beyond its ends. */
function heightAt({ points }: Line, x: number, pen: Pen): number {
  for (let k = 0; k < points.length; k += 2) {
    const right = pen.x(points[k] as number);
    if (right < x && k < points.length - 2) continue;
    if (k === 0 || right < x) {
      return Math.abs(right - x) < 8 * pen.ratio ? pen.y(points[k + 1] as number) : NaN;
    }
    const left = pen.x(points[k - 2] as number);
    const [from, to] = [pen.y(points[k - 1] as number), pen.y(points[k + 1] as number)];
    return from + ((to - from) * (x - left)) / (right - left);
  }
  return NaN;
}
