/** Training jobs as marks: status by colour and shape. */

import type { Group } from "../order";
import type { Hit, Pen } from "./chart";

/** Positions are on the scales of the axes. */
export interface Mark {
  index: number;
  x: number;
  y: number;
  group: Group;
}

const LAYERS: Group[] = ["Stopped", "Failed", "Completed", "interrupted", "InProgress"];
const CROWDED = 150; // marks, from which they are drawn smaller
const SMALL = 2; // pixels, below which a circle is drawn as a square: cheaper
const NEAR = 24; // pixels of the page

export function drawMarks(pen: Pen, marks: Mark[]): void {
  const shrunk = marks.length > 2000 ? 0.5 : marks.length > CROWDED ? 0.75 : 1;
  const size = 3.1 * shrunk * pen.ratio;
  for (const group of LAYERS) {
    const some = marks.filter((mark) => mark.group === group);
    if (!some.length) continue;
    pen.context.beginPath();
    for (const mark of some) trace(pen, mark, size);
    paint(pen, group, shrunk);
  }
}

function trace({ context, x, y }: Pen, mark: Mark, size: number): void {
  const [left, top] = [x(mark.x), y(mark.y)];
  if (mark.group === "Stopped") {
    context.rect(left - size * 0.8, top - size * 0.8, size * 1.6, size * 1.6);
  } else if (mark.group === "Failed") {
    context.moveTo(left - size, top - size);
    context.lineTo(left + size, top + size);
    context.moveTo(left + size, top - size);
    context.lineTo(left - size, top + size);
  } else if (mark.group === "interrupted") {
    context.moveTo(left, top - size * 1.3);
    context.lineTo(left + size * 1.3, top);
    context.lineTo(left, top + size * 1.3);
    context.lineTo(left - size * 1.3, top);
    context.closePath();
  } else if (size < SMALL) {
    context.rect(left - size, top - size, 2 * size, 2 * size);
  } else {
    context.moveTo(left + size, top);
    context.arc(left, top, size, 0, 2 * Math.PI);
  }
}

function paint({ context, theme, ratio }: Pen, group: Group, shrunk: number): void {
  context.lineWidth = 1.5 * shrunk * ratio;
  context.fillStyle = context.strokeStyle = theme.status[group];
  if (group === "InProgress" || group === "interrupted") {
    context.fillStyle = theme.surface;
    context.fill();
    context.stroke();
  } else if (group === "Failed") context.stroke();
  else context.fill();
}

/** Draw a ring around a mark. */
export function drawRing(pen: Pen, mark: { x: number; y: number }): void {
  const { context, ratio, theme } = pen;
  context.beginPath();
  context.arc(pen.x(mark.x), pen.y(mark.y), 6 * ratio, 0, 2 * Math.PI);
  context.strokeStyle = theme.ink;
  context.lineWidth = 1.5 * ratio;
  context.stroke();
}

/** Find the mark that is nearest to a place. */
export function findMark(
  marks: Mark[],
  x: number,
  y: number,
  pen: Pen,
  tell: (index: number) => string,
): Hit | null {
  let [nearest, shortest]: [Mark | null, number] = [null, (NEAR * pen.ratio) ** 2];
  for (const mark of marks) {
    const distance = (pen.x(mark.x) - x) ** 2 + (pen.y(mark.y) - y) ** 2;
    if (distance >= shortest) continue;
    [nearest, shortest] = [mark, distance];
  }
  if (!nearest) return null;
  const found = nearest;
  return {
    index: found.index,
    text: tell(found.index),
    draw: (on) => drawRing(on, found),
  };
}
