/** The tab of webhooks: who is told of what, and what came of it. */

import type { Schemas } from "@cloudviz/client";
import { el, fill, foreign } from "../parts/element.js";
import { confirmed, field, form, line } from "../parts/form.js";
import { Listing } from "../parts/listing.js";
import { empty } from "../parts/notice.js";
import { asProblem } from "../state/problem.js";
import { moment, words } from "../texts.js";
import type { Tab } from "./tabs.js";
import type { House } from "./view.js";

const { webhooks: texts } = words.service;

type Webhook = Schemas["WebhookModel"];
type Delivery = Schemas["DeliveryModel"];

export function webhooksTab({ client, announcer }: House): Tab {
  const stop = new AbortController();
  const made = el("div", { class: "made-key", role: "status" });
  const doing = async (act: () => Promise<unknown>, said = ""): Promise<void> => {
    try {
      await act();
      if (said) announcer.say(said);
    } catch (thrown) {
      announcer.say([asProblem(thrown).detail, asProblem(thrown).hint].filter(Boolean).join(" · "), 8);
    }
    await list.load(true);
  };
  const remove = async (item: Webhook): Promise<void> => {
    if (await confirmed(texts.removeAsk(item.url))) await doing(() => client.webhooks.delete({ webhook_id: item.id }));
  };
  const deliveries = (item: Webhook): HTMLElement => {
    const rows = el("ul", { class: "problems" });
    const box = el("details", {}, el("summary", {}, texts.deliveries), rows);
    const load = async (): Promise<void> => {
      try {
        const { items } = await client.request("webhooks_deliveries", { webhook_id: item.id, limit: 10, signal: stop.signal });
        fill(rows, ...(items.length === 0 ? [el("li", {}, texts.noDeliveries)] : items.map((delivery) => row(delivery))));
      } catch (thrown) {
        fill(rows, el("li", {}, asProblem(thrown).detail));
      }
    };
    const row = (delivery: Delivery): HTMLElement => {
      const last = delivery.attempts.at(-1);
      const came = last ? (last.response_status ? texts.answered(last.response_status) : last.error) : "";
      const again = (): void => void doing(() => client.webhooks.redeliver({ webhook_id: item.id, delivery_id: delivery.id })).then(load);
      return el(
        "li",
        {},
        moment(delivery.created_at), " ", el("code", {}, foreign(delivery.event)), " ", texts.deliveryStates[delivery.status] ?? delivery.status, came ? ", " : "", foreign(came), " ",
        delivery.status === "waiting" ? null : el("button", { type: "button", class: "link-button", onclick: again }, texts.redeliver),
      );
    };
    box.addEventListener("toggle", () => box.open && void load());
    return box;
  };
  const list = new Listing<Webhook>(
    words.service.automation.tabs["webhooks"]!,
    [
      { title: texts.columns.url, cell: (item) => el("div", {}, foreign(item.url, "wrap"), deliveries(item)) },
      { title: texts.columns.events, cell: (item) => (item.events.length === 0 ? texts.all : item.events.map((event) => texts.kinds[event] ?? event).join(", ")) },
      { title: texts.columns.status, cell: (item) => el("span", { class: `state ${item.status === "active" ? "up" : item.status === "disabled" ? "bad" : "off"}`, title: item.reason || null }, texts.statuses[item.status] ?? item.status) },
      { title: texts.columns.success, cell: (item) => (item.last_success_at ? moment(item.last_success_at) : texts.never) },
      {
        title: "",
        cell: (item) =>
          el(
            "div",
            { class: "row-actions" },
            el("button", { type: "button", class: "button small", onclick: () => void doing(() => client.webhooks.ping({ webhook_id: item.id }), texts.pinged) }, texts.ping),
            el("button", { type: "button", class: "button small", onclick: () => void doing(() => client.webhooks[item.status === "active" ? "pause" : "resume"]({ webhook_id: item.id })) }, item.status === "active" ? texts.pause : texts.resume),
            el("button", { type: "button", class: "button small", onclick: () => void remove(item) }, texts.remove),
          ),
      },
    ],
    (cursor, signal) => client.request("webhooks_webhooks", { cursor, signal }),
    () => empty(texts.none, ""),
  );
  const url = line("webhook-url", { type: "url", required: true, placeholder: "https://" });
  const description = line("webhook-description", { maxlength: 500 });
  const boxes = Object.entries(texts.kinds).map(([event, title]) => {
    const box = el("input", { type: "checkbox", value: event });
    return { box, label: el("label", { class: "check" }, box, title) };
  });
  const adding = form(
    texts.add,
    [
      field("webhook-url", texts.url, url, texts.urlHint),
      field("webhook-description", texts.description, description),
      el("fieldset", { class: "choices" }, el("legend", {}, texts.events), el("p", { class: "field-hint" }, texts.eventsHint), ...boxes.map((each) => each.label)),
    ],
    texts.add,
    async () => {
      const events = boxes.filter((each) => each.box.checked).map((each) => each.box.value);
      const { secret } = await client.webhooks.register({ body: { url: url.value.trim(), events, description: description.value.trim() } });
      url.value = description.value = "";
      for (const each of boxes) each.box.checked = false;
      fill(made, el("p", {}, texts.secret), el("code", { class: "wrap" }, secret));
      await list.load(true);
    },
  );
  void list.load();
  return {
    element: el("div", {}, el("p", { class: "quiet" }, texts.about), made, list.element, el("h2", {}, texts.add), adding.element),
    destroy: () => {
      fill(made);
      stop.abort();
      list.destroy();
    },
  };
}
