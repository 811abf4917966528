/** Views that somebody named, to come back to: kept by the server for them alone, and shared as links. */

import type { CloudViz } from "@cloudviz/client";
import { type SavedView, saveView, savedViews } from "../state/saved_views.js";
import { asProblem, isAbort } from "../state/problem.js";
import { words } from "../texts.js";
import { el, fill, foreign, shape } from "./element.js";
import { loading, refusal } from "./notice.js";
import type { Announcer } from "./notice.js";
import { Popover } from "./popover.js";

const { views: texts } = words;

export class SavedViews {
  readonly element: HTMLElement;
  private readonly popover: Popover;
  private readonly list = el("ul", { class: "view-list" });
  private views: SavedView[] = [];
  private stop = new AbortController();

  constructor(
    private readonly client: CloudViz,
    private readonly announcer: Announcer,
    private readonly present: () => string,
    private readonly go: (place: string) => void,
  ) {
    const button = el("button", { type: "button", class: "button", "aria-label": texts.open, title: texts.open }, shape("star"));
    this.popover = new Popover(button, texts.title, "views", () => [this.content()]);
    this.element = this.popover.element;
  }

  destroy(): void {
    this.stop.abort();
    this.popover.destroy();
  }

  private content(): HTMLElement {
    const name = el("input", { id: "view-name", type: "text", maxlength: 80, autocomplete: "off", required: true });
    const message = el("p", { class: "bad wrap", role: "alert" });
    const submit = el("button", { type: "submit", class: "button small primary" }, texts.save);
    const save = async (event: Event): Promise<void> => {
      event.preventDefault();
      const text = name.value.trim();
      if (!text) return;
      submit.disabled = true;
      fill(message);
      try {
        this.views = await saveView(this.client, this.views, { name: text, place: this.present() });
        this.announcer.say(texts.saved(text));
        name.value = "";
        this.draw();
      } catch (thrown) {
        fill(message, asProblem(thrown).detail);
      } finally {
        submit.disabled = false;
        // A button that was disabled has lost the keyboard, and Escape would not close the panel.
        if (this.popover.isOpen) name.focus();
      }
    };
    void this.load();
    const share = el("button", { type: "button", class: "button small", onclick: () => void this.share() }, shape("copy"), texts.share);
    return el(
      "div",
      {},
      el("h2", { class: "popover-title" }, texts.title),
      this.list,
      el("form", { class: "field", onsubmit: (event) => void save(event) }, el("label", { for: "view-name" }, texts.name), name, message, el("div", { class: "actions" }, submit, share)),
    );
  }

  private async load(): Promise<void> {
    this.stop.abort();
    const { signal } = (this.stop = new AbortController());
    if (this.views.length === 0) fill(this.list, el("li", {}, loading(texts.loading)));
    try {
      this.views = await savedViews(this.client, signal);
      this.draw();
    } catch (thrown) {
      if (!isAbort(thrown)) fill(this.list, el("li", {}, refusal(texts.failed, thrown, () => void this.load())));
    }
  }

  private draw(): void {
    fill(this.list, ...(this.views.length === 0 ? [el("li", { class: "quiet" }, texts.none)] : this.views.map((view) => this.item(view))));
  }

  private item(view: SavedView): HTMLElement {
    const open = (): void => {
      this.popover.close(true);
      this.go(view.place);
    };
    const remove = async (): Promise<void> => {
      try {
        await this.client.map.delete_view({ view_id: view.id });
        this.views = this.views.filter((each) => each.id !== view.id);
        this.draw();
        this.popover.focusFirst();
      } catch (thrown) {
        this.announcer.say(asProblem(thrown).detail, 8);
      }
    };
    return el(
      "li",
      {},
      el("button", { type: "button", class: "link-button", onclick: open }, foreign(view.name)),
      el("button", { type: "button", class: "mark-off", "aria-label": texts.remove(view.name), onclick: () => void remove() }, shape("close")),
    );
  }

  private async share(): Promise<void> {
    try {
      await navigator.clipboard.writeText(window.location.href);
      this.announcer.say(texts.copied);
    } catch {
      this.announcer.say(texts.notCopied);
    }
  }
}
