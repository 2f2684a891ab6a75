/** The cell and the request that describe the tuning job. */

import type { Context } from "../context";
import { copyButton } from "../copy";
import { element, setText } from "../dom";
import { visibleLines } from "../format";
import type { Panel } from "../tabs";

export class Config implements Panel {
  readonly root = element("div", { class: "amt-config amt-two" });
  private readonly cell = new Source("Cell");
  private readonly request = new Source("Request");

  constructor(private readonly context: Context) {
    this.root.append(this.cell.root, this.request.root);
  }

  draw(): void {
    const { plan } = this.context.store;
    if (!plan) return;
    this.cell.show(plan.cell);
    this.request.show(plan.request);
  }

  recolor(): void {}

  hide(): void {}

  destroy(): void {}
}

class Source {
  readonly root: HTMLElement;
  private text = "";
  private readonly pre: HTMLPreElement;

  constructor(title: string) {
    const label = `Copy the ${title.toLowerCase()}`;
    const copy = copyButton("copy", () => this.text, { "aria-label": label });
    const top = element(
      "div",
      { class: "amt-plot-top" },
      element("b", {}, title),
      copy,
    );
    this.pre = element("pre", { tabindex: 0, "aria-label": title });
    this.root = element("div", { class: "amt-source" }, top, this.pre);
  }

  show(text: string): void {
    this.text = text;
    this.root.hidden = !text;
    setText(this.pre, visibleLines(text));
  }
}
