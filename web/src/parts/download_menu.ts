/** Saving the present picture in any format. */

import { FORMATS, type Format } from "../state/contract.js";
import type { MapDoor } from "../state/map_door.js";
import { asProblem } from "../state/problem.js";
import type { Query } from "../state/query.js";
import { words } from "../texts.js";
import { el, shape } from "./element.js";
import type { Announcer } from "./notice.js";
import { Popover } from "./popover.js";

const { download: texts } = words;
const SUFFIXES: Partial<Record<Format, string>> = { mermaid: "mmd", markdown: "md" };

export class DownloadMenu {
  readonly element: HTMLElement;
  private readonly popover: Popover;
  private readonly button: HTMLButtonElement;

  constructor(
    private readonly door: MapDoor,
    private readonly announcer: Announcer,
    /** The options of the picture that is shown now. */
    private readonly asked: () => Query,
  ) {
    this.button = el("button", { type: "button", class: "button" }, shape("download"), el("span", { class: "label" }, texts.open));
    this.button.setAttribute("aria-label", texts.open);
    this.popover = new Popover(this.button, texts.title, "menu", () => [
      el("h2", { class: "popover-title" }, texts.title),
      el("ul", { class: "menu-items" }, ...FORMATS.map((format) => el("li", {}, this.item(format)))),
    ]);
    this.element = this.popover.element;
  }

  destroy(): void {
    this.popover.destroy();
  }

  private item(format: Format): HTMLElement {
    const [name, what] = texts.formats[format] as [string, string];
    return el(
      "button",
      { type: "button", class: "menu-item", onclick: () => void this.save(format) },
      el("strong", {}, name),
      el("span", { class: "quiet" }, what),
    );
  }

  private async save(format: Format): Promise<void> {
    const [name] = texts.formats[format] as [string, string];
    this.popover.close(true);
    this.button.setAttribute("aria-busy", "true");
    this.announcer.say(texts.working(name), 60);
    try {
      const file = await this.door.picture(format, this.asked());
      const title = file.name || `cloudviz-map.${SUFFIXES[format] ?? format}`;
      saveAs(file, title);
      this.announcer.say(texts.done(title));
    } catch (thrown) {
      const problem = asProblem(thrown);
      this.announcer.say([texts.failed(name), problem.detail, problem.hint].filter(Boolean).join(" · "), 10);
    } finally {
      this.button.removeAttribute("aria-busy");
    }
  }
}

function saveAs(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = el("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser takes the bytes after the click has run: keep the address for a while.
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
