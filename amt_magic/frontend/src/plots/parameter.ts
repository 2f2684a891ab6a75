/** The objective against one hyperparameter, on its own scale. */

import { type Axis, forward, isDrawable, pin, roomy } from "../axis";
import { count, visible } from "../format";
import { groupOf } from "../order";
import type { Parameter, Plan, Standing, Value } from "../protocol";
import type { Row, Store } from "../store";
import { parameterTicks, ticks } from "../ticks";
import { tellRow } from "../words";
import type { Picture } from "./chart";
import { tellBest } from "./convergence";
import { drawMarks, drawRing, findMark, type Mark } from "./marks";

const MOST_MARKS = 2000;
const GOLDEN = 0.6180339887; // its multiples, modulo 1, fill [0, 1] evenly

/** Return the ends of a hyperparameter's axis, on its scale. */
export function parameterEnds(parameter: Parameter): [number, number] {
  if (parameter.values) return [-0.5, parameter.values.length - 0.5];
  const scaling = parameter.scaling ?? "Linear";
  const low = forward(parameter.min ?? 0, scaling);
  const high = forward(parameter.max ?? 1, scaling);
  return high > low ? [low, high] : [low - 0.5, low + 0.5];
}

/** Place a value on a hyperparameter's axis; null: it has no place there. */
export function parameterPosition(parameter: Parameter, value: Value): number | null {
  if (parameter.values) {
    const place = parameter.values.indexOf(String(value));
    return place < 0 ? null : place;
  }
  if (typeof value !== "number") return null;
  const position = forward(value, parameter.scaling ?? "Linear");
  return Number.isFinite(position) ? position : null;
}

/** Place training jobs with a value; those of one category spread a little. */
export function parameterMarks(rows: Row[], plan: Plan, k: number, axis: Axis): Mark[] {
  const parameter = plan.parameters[k] as Parameter;
  const marks: Mark[] = [];
  for (const row of rows) {
    if (!isDrawable(row.value)) continue;
    const position = parameterPosition(parameter, row.hyperparameters[k] ?? null);
    if (position === null) continue;
    const spread = parameter.values ? 0.5 * (((row.index * GOLDEN) % 1) - 0.5) : 0;
    marks.push({
      index: row.index,
      x: position + spread,
      y: forward(pin(axis, row.value), axis.scaling),
      group: groupOf(row.status),
    });
  }
  return marks;
}

/** Leave out items evenly; the first and the last stay. */
export function thin<Item>(items: Item[], most: number): Item[] {
  if (items.length <= most) return items;
  const last = items.length - 1;
  return Array.from({ length: most }, (_, k) => {
    return items[Math.floor((k * last) / (most - 1))] as Item;
  });
}

export function parameterPicture(
  store: Store,
  plan: Plan,
  standing: Standing,
  k: number,
  axis: Axis,
): Picture {
  const parameter = plan.parameters[k] as Parameter;
  const all = parameterMarks(store.rows, plan, k, axis);
  const marks = thin(all, MOST_MARKS);
  const best = all.find((mark) => mark.index === standing.best?.index);
  const [low, high] = parameterEnds(parameter);
  const room = parameter.values ? 0 : 0.03 * (high - low);
  const metric = visible(plan.objective.name, 24);
  const name = visible(parameter.name, 40);
  const fewer = all.length > marks.length ? `${count(marks.length)} drawn` : "";
  const scaling = {
    Linear: "",
    Logarithmic: "logarithmic",
    ReverseLogarithmic: "reverse",
  };
  return {
    x: [low - room, high + room],
    y: roomy(axis),
    xTicks: (from, to, most) => parameterTicks(parameter, from, to, most),
    yTicks: (from, to, most) => ticks(from, to, axis.scaling, most),
    caption: [scaling[parameter.scaling ?? "Linear"], fewer]
      .filter(Boolean)
      .join(" · "),
    label: `${metric} by ${name}; best: ${tellBest(standing, metric)}`,
    draw: (pen) => {
      drawMarks(pen, marks);
      if (best) drawRing(pen, best);
    },
    find: (x, y, pen) => findMark(marks, x, y, pen, (i) => tellRow(store, plan, i)),
  };
}
