/** The tab of settings: what is in force, where each value came from, and what it is for. */

import type { Schemas } from "@cloudviz/client";
import { el, fill, foreign } from "../parts/element.js";
import { empty, loading, refusal } from "../parts/notice.js";
import { isAbort } from "../state/problem.js";
import { words } from "../texts.js";
import type { Tab } from "./tabs.js";
import type { House } from "./view.js";

const { settings: texts } = words.service;

type Setting = Schemas["SettingModel"];

export function settingsTab({ client }: House): Tab {
  const stop = new AbortController();
  const element = el("div", {});
  const load = async (): Promise<void> => {
    fill(element, loading(words.service.admin.loading));
    try {
      const { items } = await client.admin.settings({ signal: stop.signal });
      fill(element, el("p", { class: "quiet" }, texts.about), ...table(items));
    } catch (thrown) {
      if (!isAbort(thrown)) fill(element, refusal(words.service.admin.failed, thrown, () => void load()));
    }
  };
  void load();
  return { element, destroy: () => stop.abort() };
}

function table(items: readonly Setting[]): HTMLElement[] {
  const find = el("input", { id: "setting-find", type: "search", autocomplete: "off", spellcheck: "false" });
  const changed = el("input", { id: "setting-changed", type: "checkbox" });
  const said = el("span", { class: "quiet", role: "status" });
  const outlet = el("div", {});
  const draw = (): void => {
    const text = find.value.trim().toLowerCase();
    const shown = items.filter((item) => (!changed.checked || item.origin !== "default") && `${item.name} ${item.meaning}`.toLowerCase().includes(text));
    said.textContent = texts.count(shown.length, items.length);
    if (shown.length === 0) return fill(outlet, empty(texts.none, ""));
    const { name, value, origin } = texts.columns;
    fill(
      outlet,
      el(
        "div",
        { class: "table-scroll", tabindex: "0", role: "region", "aria-label": words.service.admin.tabs["settings"]! },
        el(
          "table",
          { class: "list-table settings" },
          el("thead", {}, el("tr", {}, ...[name, value, origin].map((title) => el("th", { scope: "col" }, title)))),
          el("tbody", {}, ...shown.map(row)),
        ),
      ),
    );
  };
  find.addEventListener("input", draw);
  changed.addEventListener("change", draw);
  draw();
  const form = el(
    "div",
    { class: "inline-form", role: "search" },
    el("label", { for: "setting-find" }, texts.find), find,
    el("label", { class: "check", for: "setting-changed" }, changed, " ", texts.changed), said,
  );
  return [form, outlet];
}

function row(item: Setting): HTMLElement {
  const isDefault = item.origin === "default";
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, el("code", {}, item.name), el("p", { class: "quiet" }, item.meaning)),
    el("td", { class: "wrap" }, item.value === "" ? el("span", { class: "quiet" }, texts.unset) : el("code", {}, foreign(item.value))),
    el("td", { class: "wrap" }, isDefault ? el("span", { class: "quiet" }, texts.byDefault) : foreign(item.origin)),
  );
}
