/** One plot: uPlot's axes and zoom, and marks that a `Picture` draws. */

import uPlot from "uplot";

import { button, element, setText } from "../dom";
import type { Theme } from "../theme";
import type { Tick } from "../ticks";

/** Maps scaled positions to pixels of the canvas. */
export interface Pen {
  context: CanvasRenderingContext2D;
  x: (position: number) => number;
  y: (position: number) => number;
  /** The plot's part of the canvas, in its pixels. */
  box: { left: number; top: number; width: number; height: number };
  /** Pixels of the canvas in one of the page. */
  ratio: number;
  theme: Theme;
}

/** What lies under the pointer. */
export interface Hit {
  text: string;
  index: number;
  draw: (pen: Pen) => void;
}

/** What a plot shows; positions are on the axes' scales. */
export interface Picture {
  x: [number, number];
  y: [number, number];
  xTicks: (low: number, high: number, most: number) => Tick[];
  yTicks: (low: number, high: number, most: number) => Tick[];
  caption: string;
  label: string;
  draw: (pen: Pen) => void;
  /** `x`, `y`: pixels of the canvas. */
  find: (x: number, y: number, pen: Pen) => Hit | null;
}

type Ends = [number, number];

export class Chart {
  readonly root: HTMLElement;
  /** How long the last drawing took, in milliseconds. */
  cost = 0;
  private readonly host = element("div", { class: "amt-canvas", role: "img" });
  private readonly caption = element("span", { class: "amt-caption" });
  private readonly reset = button("reset zoom", () => this.resetZoom(), {
    class: "amt-link",
    hidden: true,
  });
  private readonly overlay = element("canvas", { class: "amt-overlay" });
  private readonly resizer: ResizeObserver;
  private plot: uPlot | null = null;
  private picture: Picture | null = null;
  private zoom: { x: Ends; y: Ends } | null = null;
  private hit: Hit | null = null;

  constructor(
    title: string,
    private readonly theme: () => Theme,
    private readonly open?: (index: number) => void,
  ) {
    const heading = element("b", {}, title);
    const top = element("div", { class: "amt-plot-top" }, heading, this.caption);
    top.append(this.reset);
    this.root = element("div", { class: "amt-plot" }, top, this.host);
    this.resizer = new ResizeObserver(() => this.fit());
    this.resizer.observe(this.host);
  }

  show(picture: Picture): void {
    this.picture = picture;
    this.host.setAttribute("aria-label", picture.label);
    if (!this.hit) setText(this.caption, picture.caption);
    if (this.plot) this.scale();
    else this.fit();
  }

  /** Draw anew, as with other colours. */
  redraw(): void {
    this.plot?.redraw(false, true);
  }

  destroy(): void {
    this.resizer.disconnect();
    this.plot?.destroy();
  }

  private fit(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (!width || !height || !this.picture) return;
    if (!this.plot) this.plot = this.create(width, height);
    else if (this.plot.width !== width || this.plot.height !== height) {
      this.plot.setSize({ width, height });
    }
    this.point(null);
  }

  private create(width: number, height: number): uPlot {
    const plot = new uPlot(this.options(width, height), [[0], [0]], this.host);
    plot.over.append(this.overlay);
    plot.over.addEventListener("mousemove", (event) => this.point(event));
    plot.over.addEventListener("mouseleave", () => this.point(null));
    plot.over.addEventListener("click", () => {
      if (this.hit) this.open?.(this.hit.index);
    });
    return plot;
  }

  private options(width: number, height: number): uPlot.Options {
    const { x, y } = this.picture as Picture;
    const ends = ([min, max]: Ends) => ({ time: false, auto: false, min, max });
    const range = (_: uPlot, min: number, max: number): Ends => [min, max];
    return {
      width,
      height,
      padding: [8, 12, 0, 4],
      legend: { show: false },
      cursor: {
        x: false,
        y: false,
        points: { show: false },
        drag: { x: true, y: true, uni: 16, dist: 6, setScale: false },
        bind: { dblclick: () => () => (this.resetZoom(), null) },
      },
      scales: { x: { ...ends(x), range }, y: { ...ends(y), range } },
      series: [{}, { paths: () => null, points: { show: false } }],
      axes: [this.axis("xTicks", 62), this.axis("yTicks", 34)],
      hooks: {
        draw: [() => this.draw()],
        setSelect: [(plot) => this.zoomTo(plot)],
      },
    };
  }

  private axis(ticks: "xTicks" | "yTicks", room: number): uPlot.Axis {
    const isX = ticks === "xTicks";
    let labels = new Map<number, string>();
    const values = (_: uPlot, places: number[]) =>
      places.map((p) => labels.get(p) ?? "");
    return {
      stroke: () => this.theme().quiet,
      font: `11px ${this.theme().font}`,
      grid: { show: !isX, stroke: () => this.theme().grid, width: 1 },
      border: { show: isX, stroke: () => this.theme().line, width: 1 },
      ticks: { show: isX, stroke: () => this.theme().line, width: 1, size: 3 },
      gap: isX ? 3 : 6,
      size: isX ? 24 : (_, texts) => widest(texts) + 10,
      splits: (plot, _, low, high) => {
        const pixels = isX ? plot.over.clientWidth : plot.over.clientHeight;
        const most = Math.max(2, Math.floor((pixels || plot.width) / room));
        const found = this.picture?.[ticks](low, high, most) ?? [];
        labels = new Map(found.map((tick) => [tick.position, tick.label]));
        return [...labels.keys()];
      },
      values,
    };
  }

  private scale(): void {
    const { x, y } = this.zoom ?? (this.picture as Picture);
    this.plot?.batch((plot: uPlot) => {
      plot.setScale("x", { min: x[0], max: x[1] });
      plot.setScale("y", { min: y[0], max: y[1] });
      plot.redraw(false, true);
    });
  }

  private zoomTo(plot: uPlot): void {
    const { left, top, width, height } = plot.select;
    if (width < 4 && height < 4) return;
    const ends = (scale: "x" | "y", from: number, size: number): Ends => [
      plot.posToVal(from, scale),
      plot.posToVal(from + size, scale),
    ];
    const [high, low] = ends("y", top, height);
    this.zoom = { x: ends("x", left, width), y: [low, high] };
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.reset.hidden = false;
    this.point(null);
    this.scale();
  }

  private resetZoom(): void {
    this.zoom = null;
    this.reset.hidden = true;
    this.point(null);
    this.scale();
  }

  private pen(context: CanvasRenderingContext2D, isOverlay: boolean): Pen {
    const plot = this.plot as uPlot;
    const shift = isOverlay ? plot.bbox : { left: 0, top: 0 };
    const linear = (scale: "x" | "y", offset: number) => {
      const low = plot.valToPos(0, scale, true) - offset;
      const step = plot.valToPos(1, scale, true) - offset - low;
      return (position: number) => low + position * step;
    };
    return {
      context,
      x: linear("x", shift.left),
      y: linear("y", shift.top),
      box: isOverlay ? { ...plot.bbox, left: 0, top: 0 } : plot.bbox,
      ratio: uPlot.pxRatio,
      theme: this.theme(),
    };
  }

  private draw(): void {
    const plot = this.plot;
    if (!plot || !this.picture) {
      queueMicrotask(() => this.redraw()); // uPlot draws once before it is ours
      return;
    }
    const began = performance.now();
    const { left, top, width, height } = plot.bbox;
    const room = this.zoom ? 0 : 8 * uPlot.pxRatio; // for marks on the edge
    plot.ctx.save();
    plot.ctx.beginPath();
    plot.ctx.rect(left - room, top - room, width + 2 * room, height + 2 * room);
    plot.ctx.clip();
    this.picture.draw(this.pen(plot.ctx, false));
    plot.ctx.restore();
    this.cost = performance.now() - began;
  }

  private point(event: MouseEvent | null): void {
    const plot = this.plot;
    const context = this.overlay.getContext("2d");
    if (!plot || !context || !this.picture) return;
    const { width, height } = plot.bbox;
    if (this.overlay.width !== width) this.overlay.width = width;
    if (this.overlay.height !== height) this.overlay.height = height;
    context.clearRect(0, 0, width, height);
    const pen = this.pen(context, true);
    const x = (event?.offsetX ?? 0) * pen.ratio;
    const y = (event?.offsetY ?? 0) * pen.ratio;
    this.hit = event ? this.picture.find(x, y, pen) : null;
    this.hit?.draw(pen);
    plot.over.style.cursor = this.hit && this.open ? "pointer" : "";
    setText(this.caption, this.hit?.text ?? this.picture.caption);
  }
}

let measuring: CanvasRenderingContext2D | null = null;

function widest(texts: string[] | null): number {
  measuring ??= document.createElement("canvas").getContext("2d");
  if (!measuring) return 40;
  measuring.font = "11px system-ui, sans-serif";
  return Math.max(
    12,
    ...(texts ?? []).map((text) => measuring!.measureText(text).width),
  );
}
