/** The tab of the installation: how its parts are. */

import { isAbort } from "../state/problem.js";
import { words } from "../texts.js";
import type { Tab } from "./tabs.js";
import type { House } from "./view.js";
import { el, fill, foreign } from "../parts/element.js";
import { loading, refusal } from "../parts/notice.js";

const { installation: texts } = words.service;


const LIGHTS: Record<string, string> = { healthy: "up", degraded: "off", unhealthy: "bad" };

export function installationTab({ client }: House): Tab {
  const stop = new AbortController();
  const element = el("div", {});
  const load = async (): Promise<void> => {
    fill(element, loading(words.service.admin.loading));
    try {
      const health = await client.health.check({ signal: stop.signal });
      const light = (status: string): HTMLElement => el("span", { class: `state ${LIGHTS[status] ?? ""}` }, texts.states[status] ?? status);
      fill(
        element,
        el("p", { class: "quiet" }, texts.about),
        el("p", {}, light(health.status), " · ", texts.version(health.version)),
        el(
          "dl",
          { class: "facts wide" },
          ...Object.entries(health.components).flatMap(([name, part]) => [
            el("dt", {}, texts.parts[name] ?? name),
            el("dd", {}, light(part.status), " ", foreign(part.detail ?? "", "quiet wrap")),
          ]),
        ),
        el("p", { class: "quiet" }, el("code", {}, texts.doctor), " ", texts.doctorHint),
      );
    } catch (thrown) {
      if (!isAbort(thrown)) fill(element, refusal(words.service.admin.failed, thrown, () => void load()));
    }
  };
  void load();
  return { element, destroy: () => stop.abort() };
}
