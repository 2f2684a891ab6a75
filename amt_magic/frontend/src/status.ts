/** A status by colour, by shape and in words. */

import { element, setText } from "./dom";
import { GLYPHS } from "./format";
import { groupOf } from "./order";
import type { Status } from "./protocol";

export class StatusChip {
  readonly root = element("span", { class: "amt-status" });
  private readonly glyph = element("i", { "aria-hidden": "true" });
  private readonly words = element("span");

  constructor() {
    this.root.append(this.glyph, this.words);
  }

  show(status: Status, words: string = status): void {
    this.root.dataset.group = groupOf(status);
    setText(this.glyph, GLYPHS[status] ?? "○");
    setText(this.words, words);
  }
}
