/** Elements of the page; texts go in as text only. */

type Attributes = Record<string, string | number | boolean | undefined>;
type Child = Node | string;

/** Make an element: `element("b", { class: "amt-name" }, "churn")`. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

export function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Make a button; JupyterLab's shortcuts leave its keys alone. */
export function button(
  label: string,
  act: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  const made = element("button", { type: "button", ...KEYS, ...attributes }, label);
  made.addEventListener("click", act);
  return made;
}

/** On what takes keys itself: JupyterLab would move between cells. */
export const KEYS = { "data-lm-suppress-shortcuts": "true" };

/** Set a text where it differs: a selection in it stays. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

let lastId = 0;

/** Return an id that no other element of the page has. */
export function newId(): string {
  return `amt-${Date.now().toString(36)}-${(lastId += 1)}`;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag: string, attributes: Attributes, ...children: Node[]): Element {
  const made = document.createElementNS(SVG, tag);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}
