/** The tab of schedules: jobs that are started again and again. */

import type { Schemas } from "@cloudviz/client";
import { el, fill, foreign } from "../parts/element.js";
import { choice, confirmed, field, form, line, listed } from "../parts/form.js";
import { Listing } from "../parts/listing.js";
import { empty } from "../parts/notice.js";
import { asProblem } from "../state/problem.js";
import { moment, words } from "../texts.js";
import type { Tab } from "./tabs.js";
import type { House } from "./view.js";

const { schedules: texts } = words.service;
const CLOUDS = ["aws", "azure", "gcp"] as const;
const NAMED: Record<string, string> = { aws: "accounts", azure: "subscriptions", gcp: "projects" };

type Schedule = Schemas["ScheduleModel"];
type ScheduleAsked = Schemas["ScheduleRequest"];

export function schedulesTab({ client, announcer }: House): Tab {
  const stop = new AbortController();
  const doing = async (act: () => Promise<unknown>, said: string): Promise<void> => {
    try {
      await act();
      if (said) announcer.say(said);
    } catch (thrown) {
      announcer.say([asProblem(thrown).detail, asProblem(thrown).hint].filter(Boolean).join(" · "), 8);
    }
    await list.load(true);
  };
  const pause = (item: Schedule): Promise<void> => {
    const { name, cron, time_zone, kind, jitter_seconds, priority, missed } = item;
    return doing(() => client.schedules.change({ schedule_id: item.id, body: { name, cron, time_zone, kind, arguments: item.arguments, jitter_seconds, priority, missed, paused: !item.paused } as ScheduleAsked }), "");
  };
  const remove = async (item: Schedule): Promise<void> => {
    if (await confirmed(texts.removeAsk(item.name))) await doing(() => client.schedules.delete({ schedule_id: item.id }), "");
  };
  const runs = (item: Schedule): HTMLElement => {
    const list = el("ul", { class: "problems" });
    const box = el("details", {}, el("summary", {}, texts.runs), list);
    box.addEventListener("toggle", () => {
      if (!box.open) return;
      void client.request("schedules_runs", { schedule_id: item.id, limit: 10, signal: stop.signal }).then(
        ({ items }) => fill(list, ...(items.length === 0 ? [el("li", {}, texts.noRuns)] : items.map((run) => el("li", {}, moment(run.tick), " – ", run.job_id ? (words.service.scans.statuses[run.status ?? ""] ?? run.status ?? "") : texts.missed)))),
        (thrown: unknown) => fill(list, el("li", {}, asProblem(thrown).detail)),
      );
    });
    return box;
  };
  const list = new Listing<Schedule>(
    words.service.automation.tabs["schedules"]!,
    [
      { title: texts.columns.name, cell: (item) => foreign(item.name) },
      { title: texts.columns.what, cell: (item) => el("span", {}, texts.kinds[item.kind] ?? item.kind, " ", foreign(String(item.arguments["provider"] ?? ""))) },
      { title: texts.columns.when, cell: (item) => el("span", {}, el("code", {}, item.cron), " ", foreign(item.time_zone)) },
      { title: texts.columns.next, cell: (item) => el("div", {}, item.paused ? texts.paused : item.next_runs[0] ? moment(item.next_runs[0]) : "", runs(item)) },
      {
        title: "",
        cell: (item) =>
          el(
            "div",
            { class: "row-actions" },
            el("button", { type: "button", class: "button small", onclick: () => void doing(() => client.schedules.run_now({ schedule_id: item.id }), texts.running) }, texts.run),
            el("button", { type: "button", class: "button small", onclick: () => void pause(item) }, item.paused ? texts.go : texts.pause),
            el("button", { type: "button", class: "button small", onclick: () => void remove(item) }, texts.remove),
          ),
      },
    ],
    (cursor, signal) => client.request("schedules_schedules", { cursor, signal }),
    () => empty(texts.none, ""),
  );
  const name = line("schedule-name", { required: true, maxlength: 100 });
  const cloud = choice("schedule-cloud", CLOUDS.map((each) => [each, words.resources.providers[each]!]));
  const accounts = line("schedule-accounts");
  const cron = line("schedule-cron", { required: true, value: "30 2 * * *" });
  const zone = line("schedule-zone", { required: true, value: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC" });
  const making = form(
    texts.add,
    [
      field("schedule-name", texts.name, name),
      field("schedule-cloud", texts.cloud, cloud),
      field("schedule-accounts", texts.accounts, accounts, words.service.scans.accountsHint),
      field("schedule-cron", texts.cron, cron, texts.cronHint),
      field("schedule-zone", texts.zone, zone),
    ],
    texts.add,
    async () => {
      const named = listed(accounts.value);
      const asked = { provider: cloud.value, ...(named.length > 0 ? { [NAMED[cloud.value]!]: named } : {}) };
      await client.schedules.create({ body: { name: name.value.trim(), cron: cron.value.trim(), time_zone: zone.value.trim(), kind: "discover", arguments: asked } });
      making.good(texts.made(name.value.trim()));
      name.value = "";
      await list.load(true);
    },
  );
  void list.load();
  return {
    element: el("div", {}, el("p", { class: "quiet" }, texts.about), list.element, el("h2", {}, texts.add), making.element),
    destroy: () => {
      stop.abort();
      list.destroy();
    },
  };
}
