/** The states a resource has had, newest first, with what changed from each to the next; loaded when asked for. */

import type { CloudViz } from "@cloudviz/client";
import type { Resource, Version } from "../state/contract.js";
import { asProblem, isAbort } from "../state/problem.js";
import { moment, words } from "../texts.js";
import { el, fill, foreign } from "./element.js";

const { details: texts } = words;
const COMPARED = ["name", "state", "region", "zone", "account", "parent", "cost_monthly", "type"] as const;
const MOST_FIELDS = 12;

export function historyOf(client: CloudViz, id: string, signal?: AbortSignal): HTMLElement {
  const box = el("div", { class: "history" });
  const load = async (): Promise<void> => {
    fill(box, el("p", { class: "quiet", role: "status" }, texts.loading));
    try {
      const { items } = await client.resources.history({ resource_id: id, signal });
      fill(box, el("ol", { class: "history-list" }, ...items.map((version, at) => entry(version, items[at + 1]))));
    } catch (thrown) {
      if (!isAbort(thrown)) fill(box, el("p", { class: "quiet", role: "alert" }, `${texts.historyFailed}: ${asProblem(thrown).detail}`), button());
    }
  };
  const button = (): HTMLElement => el("button", { type: "button", class: "button small", onclick: () => void load() }, texts.historyOf);
  box.append(button());
  return box;
}

function entry(version: Version, before: Version | undefined): HTMLElement {
  const until = version.valid_to ? moment(version.valid_to) : texts.historyNow;
  const changes = before ? differences(before.resource, version.resource) : [];
  return el(
    "li",
    {},
    el("p", {}, el("strong", {}, moment(version.valid_from)), ` – ${until}`),
    before ? null : el("p", { class: "quiet" }, texts.historyFirst),
    ...changes.slice(0, MOST_FIELDS).map(([field, was, is]) => el("p", { class: "history-change" }, el("code", {}, foreign(field)), " ", el("del", {}, foreign(was)), " → ", el("ins", {}, foreign(is)))),
    changes.length > MOST_FIELDS && el("p", { class: "quiet" }, texts.more(changes.length - MOST_FIELDS)),
  );
}

/** Fields that differ, each with both values as text; one level into tags and properties. */
export function differences(before: Resource, after: Resource): [field: string, was: string, is: string][] {
  const found: [string, string, string][] = [];
  const compare = (name: string, was: unknown, is: unknown): void => {
    const [a, b] = [text(was), text(is)];
    if (a !== b) found.push([name, a, b]);
  };
  for (const name of COMPARED) compare(name, before[name], after[name]);
  for (const group of ["tags", "properties"] as const) {
    const keys = new Set([...Object.keys(before[group]), ...Object.keys(after[group])]);
    for (const key of [...keys].sort()) compare(`${group}.${key}`, before[group][key], after[group][key]);
  }
  return found;
}

function text(value: unknown): string {
  if (value === undefined || value === null) return words.changes.absent;
  const said = typeof value === "string" ? value : JSON.stringify(value);
  return said.length > 160 ? `${said.slice(0, 160)}…` : said;
}
