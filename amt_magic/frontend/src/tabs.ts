/** Tabs: arrow keys move between them, one panel is shown. */

import { button, element, newId, setAttributes } from "./dom";

export interface Panel {
  root: HTMLElement;
  /** Draw what is known now; called only while the panel is shown. */
  draw(): void;
  /** Draw with other colours. */
  recolor(): void;
  hide(): void;
  destroy(): void;
}

export class Tabs {
  readonly list = element("div", { role: "tablist", class: "amt-tabs" });
  readonly panels = element("div", { class: "amt-panels" });
  private readonly tabs: HTMLButtonElement[];
  private current = 0;

  constructor(
    private readonly known: [string, Panel][],
    private readonly changed: () => void,
  ) {
    this.list.setAttribute("aria-label", "Views of the tuning job");
    this.tabs = known.map(([name, panel], k) => this.add(name, panel, k));
    this.list.addEventListener("keydown", (event) => this.onKey(event));
    this.mark();
  }

  get shown(): Panel {
    return (this.known[this.current] as [string, Panel])[1];
  }

  get name(): string {
    return (this.known[this.current] as [string, Panel])[0];
  }

  show(name: string): void {
    this.select(this.known.findIndex(([known]) => known === name));
  }

  /** Move the keyboard to the tab that is shown. */
  focus(): void {
    this.tabs[this.current]?.focus();
  }

  destroy(): void {
    this.known.forEach(([, panel]) => panel.destroy());
  }

  private add(name: string, panel: Panel, k: number): HTMLButtonElement {
    const [id, panelId] = [newId(), newId()];
    setAttributes(panel.root, { id: panelId, role: "tabpanel", "aria-labelledby": id });
    this.panels.append(panel.root);
    const attributes = { role: "tab", id, "aria-controls": panelId };
    const tab = button(name, () => this.select(k), attributes);
    this.list.append(tab);
    return tab;
  }

  private select(k: number): void {
    if (k < 0 || k === this.current) return;
    this.shown.hide();
    this.current = k;
    this.mark();
    this.changed();
  }

  private mark(): void {
    this.known.forEach(([, panel], k) => {
      const isShown = k === this.current;
      panel.root.hidden = !isShown;
      const tabindex = isShown ? 0 : -1;
      setAttributes(this.tabs[k] as Element, {
        "aria-selected": String(isShown),
        tabindex,
      });
    });
  }

  private onKey(event: KeyboardEvent): void {
    const last = this.known.length - 1;
    const next = {
      ArrowRight: this.current === last ? 0 : this.current + 1,
      ArrowLeft: this.current === 0 ? last : this.current - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.select(next);
    this.tabs[next]?.focus();
    this.tabs[next]?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}
