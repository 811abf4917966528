/** The tab of credentials for clouds: what is kept, and keeping another. Secrets go in and never come out. */

import type { Schemas } from "@cloudviz/client";
import { asProblem } from "../state/problem.js";
import { moment, words } from "../texts.js";
import type { Tab } from "./tabs.js";
import type { House } from "./view.js";
import { el, foreign } from "../parts/element.js";
import { choice, confirmed, field, form, line } from "../parts/form.js";
import { Listing } from "../parts/listing.js";
import { empty } from "../parts/notice.js";

const { credentials: texts } = words.service;
const CLOUDS = ["aws", "azure", "gcp"] as const;

type Credential = Schemas["CredentialModel"];

export function credentialsTab({ client, announcer }: House): Tab {
  const remove = async (item: Credential): Promise<void> => {
    if (!(await confirmed(texts.removeAsk(item.name)))) return;
    try {
      await client.admin.delete_credential({ name: item.name });
    } catch (thrown) {
      announcer.say(asProblem(thrown).detail, 8);
    }
    await list.load(true);
  };
  const list = new Listing<Credential>(
    words.service.admin.tabs["credentials"]!,
    [
      { title: texts.columns.name, cell: (item) => foreign(item.name) },
      { title: texts.columns.provider, cell: (item) => words.resources.providers[item.provider] ?? item.provider },
      { title: texts.columns.facts, cell: (item) => foreign(Object.values(item.facts).join(", "), "wrap") },
      { title: texts.columns.by, cell: (item) => foreign(item.created_by) },
      { title: texts.columns.used, cell: (item) => (item.last_used_at ? moment(item.last_used_at) : words.service.keys.unused) },
      { title: "", cell: (item) => el("button", { type: "button", class: "button small", onclick: () => void remove(item) }, texts.remove) },
    ],
    (cursor, signal) => client.request("admin_credentials", { cursor, signal }),
    () => empty(texts.none, ""),
  );
  const name = line("credential-name", { required: true, maxlength: 200 });
  const provider = choice("credential-provider", CLOUDS.map((each) => [each, words.resources.providers[each]!]));
  const secret = el("textarea", { id: "credential-secret", rows: 5, spellcheck: "false", autocomplete: "off", required: true });
  const secretField = field("credential-secret", texts.secret, secret, texts.secretHint["aws"]!);
  provider.addEventListener("change", () => {
    secretField.querySelector(".field-hint")!.textContent = texts.secretHint[provider.value] ?? "";
  });
  const keeping = form(
    texts.add,
    [field("credential-name", texts.name, name), field("credential-provider", texts.provider, provider), secretField],
    texts.add,
    async () => {
      let parsed: unknown;
      try {
        parsed = JSON.parse(secret.value);
      } catch {
        parsed = null;
      }
      if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return keeping.say(texts.notJson, texts.secretHint[provider.value]);
      await client.admin.add_credential({ body: { name: name.value.trim(), provider: provider.value as "aws", secret: parsed as Record<string, string> } });
      keeping.good(texts.kept(name.value.trim()));
      name.value = secret.value = "";
      await list.load(true);
    },
  );
  void list.load();
  return {
    element: el("div", {}, el("p", { class: "quiet" }, texts.about), list.element, el("h2", {}, texts.add), keeping.element),
    destroy: () => {
      secret.value = "";
      list.destroy();
    },
  };
}
