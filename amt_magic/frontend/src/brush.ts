/** Which training jobs the brushed parts of the axes let through. */

/** Ends of the brushed part of an axis, as shares of its length. */
export type Brush = [number, number];

const SHORTEST = 0.02; // a shorter drag is a click

/** Brushes by axis; those of several axes combine. */
export class Brushes {
  private readonly known = new Map<number, Brush>();

  get isEmpty(): boolean {
    return this.known.size === 0;
  }

  get(axis: number): Brush | undefined {
    return this.known.get(axis);
  }

  /** Brush from one share to another; a click clears. */
  drag(axis: number, from: number, to: number): void {
    const brush: Brush = [clip(Math.min(from, to)), clip(Math.max(from, to))];
    if (brush[1] - brush[0] < SHORTEST) this.known.delete(axis);
    else this.known.set(axis, brush);
  }

  /** Move the ends of a brush; without one, of the whole axis. */
  move(axis: number, low: number, high: number): void {
    const [from, to] = this.known.get(axis) ?? [0, 1];
    this.drag(axis, clip(from + low), clip(to + high));
  }

  clear(axis?: number): void {
    if (axis === undefined) this.known.clear();
    else this.known.delete(axis);
  }

  /** Tell whether a training job passes; it has no place where a share is NaN. */
  lets(shares: ArrayLike<number>): boolean {
    for (const [axis, [low, high]] of this.known) {
      const share = shares[axis] as number;
      if (!(share >= low && share <= high)) return false;
    }
    return true;
  }
}

function clip(share: number): number {
  return Math.min(1, Math.max(0, share));
}
