/** The colours of the page, for what is drawn on a canvas. */

import type { Group } from "./order";

export interface Theme {
  ink: string;
  quiet: string;
  grid: string;
  line: string;
  surface: string;
  accent: string;
  status: Record<Group, string>;
  font: string;
}

/** Read the colours; marks `root` as light or dark by the colour of its text. */
export function readTheme(root: HTMLElement): Theme {
  const isDark = brightness(getComputedStyle(root).color) > 0.5;
  root.dataset.theme = isDark ? "dark" : "light";
  const style = getComputedStyle(root);
  const read = (name: string) => resolve(root, `var(--amt-${name})`);
  return {
    ink: read("ink"),
    quiet: read("quiet"),
    grid: read("grid"),
    line: read("line"),
    surface: read("surface"),
    accent: read("accent"),
    status: {
      Completed: read("completed"),
      Stopped: read("stopped"),
      Failed: read("failed"),
      InProgress: read("running"),
      interrupted: read("quiet"),
    },
    font: style.fontFamily,
  };
}

/** Return how light a colour as browsers compute it is: 0 black, 1 white. */
export function brightness(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color);
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}

/** Let the browser work out variables and mixtures. */
function resolve(root: HTMLElement, color: string): string {
  const probe = document.createElement("i");
  probe.style.color = color;
  probe.style.display = "none";
  root.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}

/**
 * Call `changed` whenever the page's colours change, by whatever means.
 *
 * A hidden element has them, with a transition of no length to speak of: its end
 * is an event.
 */
export function watchTheme(root: HTMLElement, changed: () => void): () => void {
  const probe = document.createElement("i");
  probe.className = "amt-probe";
  probe.addEventListener("transitionend", changed);
  root.append(probe);
  return () => probe.remove();
}

/** Mix two colours: 0 is the first, 1 the second. */
export function mix(first: string, second: string, share: number): string {
  const [a, b] = [channels(first), channels(second)];
  const mixed = a.map((part, k) => Math.round(part + share * ((b[k] ?? 0) - part)));
  return `rgb(${mixed.join(" ")})`;
}

/** Return red, green and blue up to 255, an opacity left out. */
function channels(color: string): number[] {
  const scale = color.startsWith("rgb") ? 1 : 255;
  return (color.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => Number(part) * scale);
}
