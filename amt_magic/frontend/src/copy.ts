/** Buttons that copy a text. */

import { button } from "./dom";

const SAID_FOR = 1500; // milliseconds

/** Make a button that copies what `read` returns, and says so. */
export function copyButton(
  label: string,
  read: () => string,
  attributes: Record<string, string> = {},
): HTMLButtonElement {
  const made = button(label, () => void act(), { class: "amt-link", ...attributes });
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function act(): Promise<void> {
    const isCopied = await copy(read(), made);
    made.textContent = isCopied ? "copied" : "not copied: the page may not";
    clearTimeout(timer);
    timer = setTimeout(() => (made.textContent = label), SAID_FOR);
  }
  return made;
}

async function copy(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text, near);
  }
}

/** Copy without the clipboard's permission, as pages without https must. */
function copySelected(text: string, near: HTMLElement): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  area.className = "amt-unseen";
  near.after(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    near.focus();
  }
}
