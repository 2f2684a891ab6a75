/** How often a large plot is drawn anew. */

const PER_TRAINING_JOB = 0.05; // milliseconds between two drawings
const LONGEST = 500; // milliseconds

/** Lets a drawing through if the last one was long enough ago. */
export class Pace {
  private last = -Infinity;

  isDue(trainingJobs: number, now: number): boolean {
    const wait = Math.min(LONGEST, PER_TRAINING_JOB * trainingJobs);
    if (now < this.last + wait) return false;
    this.last = now;
    return true;
  }
}
