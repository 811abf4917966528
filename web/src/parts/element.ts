/**
 * Building elements. Text goes in as text nodes only, so that no name from a cloud can become markup.
 */

export type Child = Node | string | null | undefined | false;

type Attributes = Record<string, string | number | boolean | null | undefined | EventListener>;

/**
 * An element with attributes and children. `on…` keys are listeners; true sets an empty attribute, and false,
 * null and undefined leave it out.
 */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, String(value));
  }
  append(made, children);
  return made;
}

export function append(parent: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    parent.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
  }
}

export function fill(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

/** A text from outside, set apart so that its writing direction does not touch its neighbours. */
export function foreign(text: string, className = ""): HTMLElement {
  const made = el("bdi", className ? { class: className } : {}, text);
  return made;
}

const SHAPES = {
  search: "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM15.5 15.5L20 20",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  close: "M6 6l12 12M18 6L6 18",
  download: "M12 4v11M7 10.5l5 5l5-5M5 20h14",
  sliders: "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4M4 12h5M13 12h7M11 10v4",
  warning: "M12 4L2.8 20h18.4zM12 10v4.5M12 17.2v.3",
  check: "M5 12.5l4.5 4.5L19 7.5",
  target: "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8zM12 3v3M12 18v3M3 12h3M18 12h3",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  map: "M9 5L3.5 7.5v12L9 17l6 2.5l5.5-2.5V5L15 7.5zM9 5v12M15 7.5v12",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.1M4 12h.1M4 18h.1",
  out: "M15 4h5v16h-5M4 12h11M11 8l4 4l-4 4",
  chevron: "M9 6l6 6l-6 6",
  layers: "M12 3.5L21 8.5l-9 5l-9-5zM3 12.5l9 5l9-5M3 16.5l9 5l9-5",
  filter: "M3.5 5h17l-6.5 8v6l-4-2v-4z",
  clock: "M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16zM12 8v4.5l3 2",
  tree: "M4 5h6M7 5v13h5M7 11.5h5M14 9.5h6v4h-6zM14 16h6v4h-6z",
  star: "M12 4l2.5 5.2l5.7.8l-4.1 4l1 5.7L12 17l-5.1 2.7l1-5.7l-4.1-4l5.7-.8z",
  upload: "M12 16V4M7 8.5L12 4l5 4.5M5 20h14",
  scan: "M4 9V5.5A1.5 1.5 0 0 1 5.5 4H9M15 4h3.5A1.5 1.5 0 0 1 20 5.5V9M20 15v3.5a1.5 1.5 0 0 1-1.5 1.5H15M9 20H5.5A1.5 1.5 0 0 1 4 18.5V15M8 12h8",
  people: "M9 5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7zM2.5 19.5c0-3.5 3-5.5 6.5-5.5s6.5 2 6.5 5.5M16 5.3a3.5 3.5 0 0 1 0 6.4M18 14.4c2.2.7 3.5 2.5 3.5 5.1",
  hops: "M6 9.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5zM18 4a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5zM18 15a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5zM8.3 11L15.7 7.5M8.3 13l7.4 3.5",
} as const;

export type ShapeName = keyof typeof SHAPES;

/** A small picture for a control; its meaning is said by the control's own label. */
export function shape(name: ShapeName): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "shape");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.appendChild(path);
  return svg;
}

/** A button with a picture and no words, named for those who do not see the picture. */
export function iconButton(name: ShapeName, label: string, onClick: () => void, className = ""): HTMLButtonElement {
  return el("button", { type: "button", class: `icon-button ${className}`, "aria-label": label, title: label, onclick: onClick }, shape(name));
}
