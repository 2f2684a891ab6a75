/** The objective by training job, and the best so far. */

import { type Axis, forward, isDrawable, loss, pin, roomy, valueAxis } from "../axis";
import { count, number, visible } from "../format";
import { groupOf } from "../order";
import type { Plan, Standing } from "../protocol";
import { bestSoFar, type Row, type Store } from "../store";
import { ticks, wholeTicks } from "../ticks";
import { tellRow } from "../words";
import type { Pen, Picture } from "./chart";
import { drawMarks, drawRing, findMark, type Mark } from "./marks";

export function convergence(store: Store, plan: Plan, standing: Standing): Picture {
  const { rows } = store;
  const axis = targetAxis(rows, plan, standing.target);
  const marks = convergenceMarks(rows, plan, axis);
  const corners = bestSoFar(rows, plan).map(([index, value]) => scaled(index, value));
  const last = rows.at(-1)?.index ?? 1;
  const end = Math.max(last, standing.hasEnded ? 0 : (standing.most ?? 0), 2);
  const beyond = rows.filter(
    (row) => isDrawable(row.value) && pin(axis, row.value) !== row.value,
  );
  const metric = visible(plan.objective.name, 24);
  const best = standing.best && store.row(standing.best.index);
  const far = beyond.length ? ` (${count(beyond.length)} beyond this axis)` : "";

  function scaled(index: number, value: number): { x: number; y: number } {
    return { x: index, y: forward(pin(axis, value), axis.scaling) };
  }

  function draw(pen: Pen): void {
    if (standing.target !== null) drawTarget(pen, axis, standing.target);
    drawLine(pen, corners, last);
    drawMarks(pen, marks);
    if (best && isDrawable(best.value)) drawRing(pen, scaled(best.index, best.value));
  }

  return {
    x: [Math.min(0.5, 1 - 0.015 * end), end + 0.015 * end],
    y: roomy(axis),
    xTicks: (...ends) => wholeTicks(...ends).filter(({ position }) => position >= 1),
    yTicks: (low, high, most) => ticks(low, high, axis.scaling, most),
    caption: `${metric} by training job${far}`,
    label: `${metric} by training job; best: ${tellBest(standing, metric)}`,
    draw,
    find: (x, y, pen) => findMark(marks, x, y, pen, (i) => tellRow(store, plan, i)),
  };
}

/** Choose the axis of values, long enough for a target that is not far off. */
function targetAxis(rows: Row[], plan: Plan, target: number | null): Axis {
  const axis = valueAxis(
    rows.map((row) => row.value),
    plan.objective,
  );
  if (target === null) return axis;
  if (axis.scaling === "Logarithmic") {
    return target > axis.low / 100
      ? { ...axis, low: Math.min(axis.low, target) }
      : axis;
  }
  const near = axis.high - axis.low;
  const low = target >= axis.low - near ? Math.min(axis.low, target) : axis.low;
  const high = target <= axis.high + near ? Math.max(axis.high, target) : axis.high;
  return { ...axis, low, high };
}

/** Place the training jobs; those without a finite value on the worse edge. */
export function convergenceMarks(rows: Row[], plan: Plan, axis: Axis): Mark[] {
  const ends = [axis.low, axis.high];
  const worse = ends.sort(
    (a, b) => loss(b, plan.objective) - loss(a, plan.objective),
  )[0] as number;
  const marks: Mark[] = [];
  for (const row of rows) {
    const group = groupOf(row.status);
    const hasValue = isDrawable(row.value);
    if (!hasValue && row.value === null && group !== "Failed") continue;
    const value = hasValue ? pin(axis, row.value as number) : worse;
    const y = forward(value, axis.scaling);
    marks.push({
      index: row.index,
      x: row.index,
      y,
      group: hasValue ? group : "Failed",
    });
  }
  return marks;
}

export function tellBest(standing: Standing, metric: string): string {
  const { best } = standing;
  if (!best) return "none yet";
  return `${metric} ${number(best.value)}, training job ${best.index}`;
}

function drawLine(pen: Pen, corners: { x: number; y: number }[], last: number): void {
  const [first] = corners;
  if (!first) return;
  const { context } = pen;
  let top = pen.y(first.y);
  context.beginPath();
  context.moveTo(pen.x(first.x), top);
  for (const corner of corners) {
    context.lineTo(pen.x(corner.x), top);
    top = pen.y(corner.y);
    context.lineTo(pen.x(corner.x), top);
  }
  context.lineTo(pen.x(last), top);
  context.strokeStyle = pen.theme.status.Completed;
  context.lineWidth = 1.7 * pen.ratio;
  context.lineJoin = "round";
  context.stroke();
}

function drawTarget(pen: Pen, axis: Axis, target: number): void {
  if (axis.scaling === "Logarithmic" && target <= 0) return;
  const { context, ratio, theme, box } = pen;
  const top = pen.y(forward(target, axis.scaling));
  const right = box.left + box.width;
  context.beginPath();
  context.setLineDash([3 * ratio, 4 * ratio]);
  context.moveTo(box.left, top);
  context.lineTo(right, top);
  context.strokeStyle = theme.quiet;
  context.lineWidth = ratio;
  context.stroke();
  context.setLineDash([]);
  const hasRoom = top - box.top > 8 * ratio;
  context.fillStyle = theme.quiet;
  context.font = `${11 * ratio}px ${theme.font}`;
  context.textAlign = "right";
  context.textBaseline = hasRoom ? "bottom" : "top";
  const apart = (hasRoom ? -2 : 4) * ratio;
  context.fillText(`target ${number(target)}`, right - 2 * ratio, top + apart);
}
