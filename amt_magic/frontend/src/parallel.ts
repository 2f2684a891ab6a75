/** Parallel coordinates in the page: axes that one drags on, or moves with keys. */

import { Brushes } from "./brush";
import type { Context } from "./context";
import { button, element, KEYS, setText } from "./dom";
import { count, visible } from "./format";
import {
  axisLeft,
  BOTTOM,
  drawParallel,
  type ParallelData,
  parallelData,
  TOP,
} from "./plots/parallel";
import type { Plan, Standing } from "./protocol";

const STEP = 0.05; // of an axis, with a key
const LEAST_WIDTH = 92; // pixels between axes

export class Parallel {
  readonly root: HTMLElement;
  private readonly canvas = element("canvas", { role: "img" });
  private readonly host = element("div", { class: "amt-parallel-host" }, this.canvas);
  private readonly told = element("span", { class: "amt-caption" });
  private readonly reset = button("clear brushes", () => this.clear(), {
    class: "amt-link",
    hidden: true,
  });
  private readonly brushes = new Brushes();
  private readonly resizer: ResizeObserver;
  private handles: HTMLElement[] = [];
  private data: ParallelData | null = null;
  private best: number | null = null;

  constructor(private readonly context: Context) {
    const title = element("b", {}, "All hyperparameters");
    const top = element("div", { class: "amt-plot-top" }, title, this.told, this.reset);
    const scroller = element("div", { class: "amt-scroll" }, this.host);
    this.root = element("div", { class: "amt-plot amt-parallel" }, top, scroller);
    this.resizer = new ResizeObserver(() => this.draw());
    this.resizer.observe(this.host);
  }

  show(plan: Plan, standing: Standing): void {
    this.data = parallelData(this.context.store.rows, plan);
    this.best = standing.best?.index ?? null;
    const { axes } = this.data;
    this.host.style.minWidth = `${LEAST_WIDTH * (axes.length - 1) + 112}px`;
    while (this.handles.length > axes.length) this.handles.pop()?.remove();
    while (this.handles.length < axes.length) this.addHandle(this.handles.length);
    axes.forEach(({ name }, k) =>
      this.handles[k]?.setAttribute("aria-label", help(name)),
    );
    const metric = visible(plan.objective.name, 24);
    this.canvas.setAttribute(
      "aria-label",
      `training jobs by all hyperparameters, ${metric}`,
    );
    this.draw();
  }

  draw(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    const context = this.canvas.getContext("2d");
    if (!this.data || !context || !width) return;
    const ratio = devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    context.scale(ratio, ratio);
    const theme = this.context.theme();
    drawParallel({ context, width, height, theme }, this.data, this.brushes, this.best);
    const { axes, lines, total } = this.data;
    this.handles.forEach((handle, k) => {
      handle.style.left = `${axisLeft(k, axes.length, width)}px`;
    });
    const chosen = lines.filter(({ shares }) => this.brushes.lets(shares)).length;
    const drawn = lines.length < total ? `, ${count(lines.length)} drawn` : "";
    const all = `${count(total)} with a value${drawn} · drag on an axis`;
    this.reset.hidden = this.brushes.isEmpty;
    setText(this.told, this.brushes.isEmpty ? all : `${count(chosen)} of ${all}`);
  }

  destroy(): void {
    this.resizer.disconnect();
  }

  private clear(): void {
    this.brushes.clear();
    this.draw();
  }

  private addHandle(axis: number): void {
    const handle = element("div", {
      class: "amt-handle",
      role: "group",
      tabindex: 0,
      ...KEYS,
    });
    let from: number | null = null;
    handle.addEventListener("pointerdown", (event) => {
      from = this.share(event);
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (from !== null) this.drag(axis, from, this.share(event));
    });
    handle.addEventListener("pointerup", (event) => {
      if (from !== null) this.drag(axis, from, this.share(event));
      from = null;
    });
    handle.addEventListener("pointercancel", () => (from = null));
    handle.addEventListener("keydown", (event) => this.onKey(event, axis));
    this.handles.push(handle);
    this.host.append(handle);
  }

  private drag(axis: number, from: number, to: number): void {
    this.brushes.drag(axis, from, to);
    requestAnimationFrame(() => this.draw());
  }

  /** The place of the pointer as a share of the axis. */
  private share(event: PointerEvent): number {
    const { top, height } = this.host.getBoundingClientRect();
    return 1 - (event.clientY - top - TOP) / (height - TOP - BOTTOM);
  }

  private onKey(event: KeyboardEvent, axis: number): void {
    const step = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (step === undefined && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (step === undefined) this.brushes.clear(axis);
    else if (event.shiftKey) this.brushes.move(axis, 0, step);
    else this.brushes.move(axis, step, 0);
    this.draw();
  }
}

function help(name: string): string {
  return `${name}: up and down move the lower end of the brush, with shift the upper end, Escape clears`;
}
