/** Raw properties: a list of names and values, whose objects and lists open on demand. */

import { words } from "../texts.js";
import { el, foreign } from "./element.js";

const { details: texts } = words;
/** A policy document can be larger than a page: the rest of a text is in its title and in the API. */
const LONGEST = 2000;
const MOST = 200;

export function propertyTree(properties: Record<string, unknown>): HTMLElement {
  const keys = Object.keys(properties);
  if (keys.length === 0) return el("p", { class: "quiet" }, texts.noProperties);
  return entries(Object.entries(properties));
}

function entries(pairs: [string, unknown][]): HTMLElement {
  const rows = pairs.slice(0, MOST).flatMap(([key, value]) => [el("dt", { title: key }, foreign(key)), el("dd", { class: "wrap" }, valueOf(value))]);
  if (pairs.length > MOST) rows.push(el("dt", {}, "…"), el("dd", { class: "quiet" }, texts.items(pairs.length - MOST)));
  return el("dl", { class: "facts properties" }, ...rows);
}

function valueOf(value: unknown): Node {
  if (value === null || value === undefined) return el("span", { class: "quiet" }, texts.none);
  if (typeof value === "boolean") return document.createTextNode(value ? texts.yes : texts.no);
  if (typeof value !== "object") {
    const text = String(value);
    return foreign(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
  }
  const pairs: [string, unknown][] = Array.isArray(value)
    ? value.map((each, at) => [String(at + 1), each] as [string, unknown])
    : Object.entries(value);
  if (pairs.length === 0) return el("span", { class: "quiet" }, texts.none);
  const flat = Array.isArray(value) && pairs.length <= 6 && value.every((each) => typeof each !== "object");
  if (flat) return foreign(value.map(String).join(", ").slice(0, LONGEST));
  // Built when it is opened: a deep document would cost hundreds of elements that nobody looks at.
  const box = el("details", {}, el("summary", {}, texts.items(pairs.length)));
  box.addEventListener("toggle", () => {
    if (box.open && box.childElementCount === 1) box.append(entries(pairs));
  });
  return box;
}
