/** What the view tells of time, and of a kernel that is silent. */

import { clock, duration, visible, wholeDuration } from "./format";
import type { Standing } from "./protocol";

export const SILENCE = 15; // seconds after which the kernel counts as gone
export const WORTH_ASKING = 600; // seconds of work that no click may end at once

/** Seconds on the view's clock, which no change of the date moves. */
export function seconds(): number {
  return performance.now() / 1000;
}

/** Tell elapsed and remaining time, `since` seconds after the standing. */
export function tellTimes(standing: Standing, since: number, now: Date): string {
  if (standing.hasEnded) return `took ${duration(standing.elapsed)}`;
  const told = [`${wholeDuration(Math.floor(standing.elapsed + since))} elapsed`];
  if (standing.left !== null) {
    const left = Math.max(0, standing.left - since);
    const end = new Date(now.getTime() + left * 1000);
    told.push(`about ${wholeDuration(left)} left, until ${clock(end, left < 3600)}`);
  }
  return told.join(", ");
}

/** Tell whether a job that should send messages has sent none for too long. */
export function isSilent(standing: Standing | null, silence: number): boolean {
  return !standing?.hasEnded && silence >= SILENCE;
}

export function tellSilence(name: string, since: Date): string {
  const again = `Show it again: %tune show ${visible(name)}`;
  const gone = "the kernel is gone; the tuning job goes on";
  return `no news since ${clock(since)}: ${gone}. ${again}`;
}
