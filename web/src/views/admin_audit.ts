/** The tab of the audit: who did what, and whether the record is as it was written. */

import type { Input, Schemas } from "@cloudviz/client";
import { asProblem } from "../state/problem.js";
import { given } from "../state/query.js";
import { count, moment, words } from "../texts.js";
import type { Tab } from "./tabs.js";
import type { House } from "./view.js";
import { el, foreign } from "../parts/element.js";
import { line } from "../parts/form.js";
import { Listing } from "../parts/listing.js";
import { empty } from "../parts/notice.js";

const { audit: texts } = words.service;

type Entry = Schemas["AuditModel"];

export function auditTab({ client }: House): Tab {
  const actor = line("audit-actor");
  const action = line("audit-action");
  const since = line("audit-since", { type: "datetime-local" });
  const asked = (): Input<"admin_audit"> =>
    given({ actor: actor.value.trim(), action: action.value.trim(), since: since.value ? new Date(since.value).toISOString() : "" });
  const list = new Listing<Entry>(
    words.service.admin.tabs["audit"]!,
    [
      { title: texts.columns.at, className: "moment", cell: (entry) => moment(entry.at) },
      { title: texts.columns.actor, cell: (entry) => foreign(entry.actor) },
      { title: texts.columns.action, cell: (entry) => el("code", {}, foreign(entry.action)) },
      { title: texts.columns.target, cell: (entry) => foreign(entry.target, "wrap") },
      { title: texts.columns.address, cell: (entry) => foreign(entry.address) },
      {
        title: "",
        cell: (entry) =>
          Object.keys(entry.detail).length > 0 && el("details", {}, el("summary", {}, texts.details), el("code", { class: "wrap" }, JSON.stringify(entry.detail))),
      },
    ],
    (cursor, signal) => client.request("admin_audit", { ...asked(), cursor, limit: 50, signal }),
    () => empty(texts.none, ""),
  );
  const find = (event: Event): void => {
    event.preventDefault();
    void list.load();
  };
  const said = el("p", { role: "status", class: "verdict" });
  const verify = el("button", { type: "button", class: "button" }, texts.verify);
  verify.addEventListener("click", () => void check());
  const check = async (): Promise<void> => {
    verify.disabled = true;
    said.textContent = texts.verifying;
    try {
      const chain = await client.admin.verify_audit();
      said.className = chain.holds ? "verdict good" : "verdict bad";
      said.textContent = chain.holds ? texts.holds(count(chain.entries)) : texts.broken(count(chain.fault_count));
    } catch (thrown) {
      said.textContent = asProblem(thrown).detail;
    } finally {
      verify.disabled = false;
    }
  };
  const asking = el(
    "form",
    { class: "inline-form", onsubmit: find },
    el("label", { for: "audit-actor" }, texts.actor), actor,
    el("label", { for: "audit-action" }, texts.action), action,
    el("label", { for: "audit-since" }, texts.since), since,
    el("button", { type: "submit", class: "button" }, texts.find),
    verify,
  );
  void list.load();
  return { element: el("div", {}, asking, said, list.element), destroy: () => list.destroy() };
}
