/** The button that stops the tuning job; asks first where much is at stake. */

import { WORTH_ASKING } from "./clock";
import { button, element, setText } from "./dom";
import { duration } from "./format";
import type { Standing } from "./protocol";

export class StopButton {
  readonly root = element("div", { class: "amt-stop" });
  private readonly ask = button("Stop tuning job", () => this.onClick());
  private readonly question = element("span", { class: "amt-question", hidden: true });
  private readonly words = element("span");
  private readonly yes = button("Yes, stop", () => this.stop(), {
    class: "amt-danger",
  });
  private elapsed = 0;
  private isSent = false;

  constructor(private readonly send: () => void) {
    const no = button("Keep running", () => this.confirm(false));
    this.question.append(this.words, this.yes, no);
    this.root.append(this.ask, this.question);
    this.question.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.confirm(false);
    });
  }

  show(standing: Standing | null, elapsed: number): void {
    this.elapsed = elapsed;
    this.root.hidden = !standing || standing.hasEnded;
    const isStopping = this.isSent || standing?.status === "Stopping";
    if (this.root.hidden || isStopping) this.question.hidden = true;
    this.ask.hidden = !this.question.hidden;
    this.ask.disabled = isStopping;
    setText(this.ask, isStopping ? "Stopping" : "Stop tuning job");
  }

  /** The request did not get through: offer it again. */
  failed(): void {
    this.isSent = false;
  }

  private onClick(): void {
    if (this.elapsed > WORTH_ASKING) this.confirm(true);
    else this.stop();
  }

  private confirm(isAsking: boolean): void {
    setText(this.words, `Stop after ${duration(this.elapsed)}?`);
    this.question.hidden = !isAsking;
    this.ask.hidden = isAsking;
    (isAsking ? this.yes : this.ask).focus();
  }

  private stop(): void {
    this.isSent = true;
    this.question.hidden = true;
    this.ask.hidden = false;
    this.ask.disabled = true;
    setText(this.ask, "Stopping");
    this.send();
  }
}
