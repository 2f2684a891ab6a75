/** Sentences about training jobs. */

import { hyperparameter, number, visible } from "./format";
import type { Plan } from "./protocol";
import type { Row, Store } from "./store";

const MOST_TOLD = 6; // hyperparameters in one line

/** Tell what a training job tried: `lr 0.0023, hidden 45`. */
export function tellHyperparameters(row: Row, plan: Plan, most = MOST_TOLD): string {
  const told = plan.parameters.slice(0, most).map(({ name }, k) => {
    return `${visible(name, 40)} ${hyperparameter(row.hyperparameters[k], 24)}`;
  });
  if (plan.parameters.length > most) told.push("…");
  return told.join(", ");
}

/** Tell which training job it is: `training job 14: 0.9697, lr 0.0023`. */
export function tellRow(store: Store, plan: Plan, index: number): string {
  const row = store.row(index);
  if (!row) return "";
  const value = row.value === null ? row.status : number(row.value);
  return `training job ${index}: ${value}, ${tellHyperparameters(row, plan, 4)}`;
}
