/** One view of a tuning job: takes messages, draws once a frame. */

import { isSilent, seconds, tellSilence } from "./clock";
import type { Context } from "./context";
import { DetailPane } from "./detail";
import { element, setText } from "./dom";
import { Facts } from "./facts";
import { visible } from "./format";
import { Header } from "./header";
import { Config } from "./panels/config";
import { LearningCurves } from "./panels/curves";
import { Hyperparameters } from "./panels/hyperparameters";
import { TrainingJobs } from "./panels/jobs";
import { Overview } from "./panels/overview";
import type { Message, Request } from "./protocol";
import { Store } from "./store";
import { Tabs } from "./tabs";
import { readTheme, type Theme, watchTheme } from "./theme";

const REST = 3; // times what drawing took, for all else on the page

export class View {
  readonly root = element("div", { class: "amt-tuning-job" });
  private readonly store = new Store(seconds());
  private readonly header: Header;
  private readonly facts = new Facts();
  private readonly news = element("div", { class: "amt-news", role: "status" });
  private readonly tabs: Tabs;
  private readonly detail: DetailPane;
  private readonly resizer: ResizeObserver;
  private readonly ticker: ReturnType<typeof setInterval>;
  private readonly unwatch: () => void;
  private colors: Theme | null = null;
  private opened: number | null = null;
  private isGone = false;
  private frame = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private restUntil = 0;

  constructor(
    private readonly name: string,
    private readonly transmit: (request: Request) => void,
  ) {
    const context = this.context();
    this.header = new Header(name, () => this.send({ kind: "stop" }));
    this.detail = new DetailPane(context);
    this.tabs = new Tabs(
      [
        ["Overview", new Overview(context)],
        ["Training jobs", new TrainingJobs(context)],
        ["Learning curves", new LearningCurves(context)],
        ["Hyperparameters", new Hyperparameters(context)],
        ["Config", new Config(context)],
      ],
      () => this.draw(),
    );
    const { list, panels } = this.tabs;
    const box = element("div", { class: "amt-box" }, this.header.root, this.news);
    box.append(this.facts.root, list, panels, this.detail.root);
    this.root.append(box);
    this.root.dataset.name = name;
    this.root.dataset.status = "";
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.opened !== null) this.close();
    });
    this.unwatch = watchTheme(this.root, () => this.recolor());
    this.resizer = new ResizeObserver(() => this.recolor());
    this.resizer.observe(this.root);
    this.ticker = setInterval(() => this.draw(), 1000);
  }

  /** Ask for all there is. */
  begin(): void {
    this.store.asked(seconds());
    this.send({ kind: "ready" });
    this.draw();
  }

  receive(message: Message): void {
    this.isGone = false;
    const outcome = this.store.receive(message, seconds());
    if (outcome === "gap") this.send({ kind: "ready" });
    if (outcome !== "nothing") this.later();
  }

  /** The connection to the kernel is closed. */
  lost(): void {
    this.isGone = true;
    this.header.stop.failed();
    this.later();
  }

  destroy(): void {
    clearInterval(this.ticker);
    clearTimeout(this.rest);
    cancelAnimationFrame(this.frame);
    this.resizer.disconnect();
    this.unwatch();
    this.tabs.destroy();
    this.detail.destroy();
    this.root.remove();
  }

  private context(): Context {
    return {
      store: this.store,
      theme: () => (this.colors ??= readTheme(this.root)),
      send: (request) => this.send(request),
      opened: () => this.opened,
      open: (index) => this.open(index),
      close: () => this.close(),
      goTo: (tab) => this.tabs.show(tab),
      kernelNow: () => this.store.kernelNow(seconds()),
    };
  }

  private send(request: Request): void {
    try {
      this.transmit(request);
    } catch {
      this.lost();
    }
  }

  private open(index: number): void {
    this.opened = index;
    this.detail.open(index);
    this.draw();
  }

  private close(): void {
    const hadFocus = this.detail.root.contains(document.activeElement);
    this.opened = null;
    this.detail.open(null);
    this.draw();
    if (hadFocus) this.tabs.focus();
  }

  /** Draw in the next frame; where drawing takes long, leave time between. */
  private later(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.rest);
    const wait = this.restUntil - performance.now();
    const draw = () => (this.frame = requestAnimationFrame(() => this.draw()));
    if (wait > 0) this.rest = setTimeout(draw, wait);
    else draw();
  }

  private draw(): void {
    const began = performance.now();
    const { plan, standing } = this.store;
    const now = seconds();
    const since = standing && !standing.hasEnded ? this.store.age(now) : 0;
    this.root.dataset.name = plan?.name ?? this.name;
    this.root.dataset.status = standing?.status ?? "";
    this.header.show(plan, standing, since);
    this.facts.show(this.store, plan, standing);
    this.tabs.list.hidden = this.tabs.panels.hidden = !plan;
    this.showNews(now);
    if (!this.root.isConnected) return;
    this.tabs.shown.draw();
    this.detail.root.hidden = this.opened === null || this.tabs.name === "Config";
    this.detail.draw();
    const took = performance.now() - began;
    this.restUntil = began + took + REST * (took > 16 ? took : 0);
  }

  private showNews(now: number): void {
    const silence = now - this.store.heardAt;
    const { standing, failure, plan } = this.store;
    const isLost = this.isGone && !standing?.hasEnded;
    let news = failure && visible(failure, 500);
    if (isLost || isSilent(standing, silence)) {
      const since = new Date(Date.now() - silence * 1000);
      news = tellSilence(plan?.name ?? this.name, since);
    }
    this.news.hidden = !news;
    setText(this.news, news);
  }

  private recolor(): void {
    this.colors = readTheme(this.root);
    this.tabs.shown.recolor();
    this.detail.recolor();
  }
}
