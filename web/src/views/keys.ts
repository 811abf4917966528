/** The caller's own API keys. */

import type { Schemas } from "@cloudviz/client";
import { el, fill, foreign } from "../parts/element.js";
import { choice, confirmed, field, form, line } from "../parts/form.js";
import { Listing } from "../parts/listing.js";
import { empty } from "../parts/notice.js";
import { asProblem } from "../state/problem.js";
import type { Route } from "../state/router.js";
import { moment, words } from "../texts.js";
import type { House, View } from "./view.js";

const { keys: texts } = words.service;
const DAYS = [30, 90, 365] as const;

type Key = Schemas["KeyModel"];

export class KeysView implements View {
  readonly element: HTMLElement;
  readonly title = texts.title;
  private readonly list: Listing<Key>;
  private readonly made = el("div", { class: "made-key", role: "status" });

  constructor(private readonly house: House) {
    const { client } = house;
    const when = (instant: string | null | undefined, otherwise: string): string => (instant ? moment(instant) : otherwise);
    this.list = new Listing<Key>(
      texts.title,
      [
        { title: texts.columns.name, cell: (key) => foreign(key.name) },
        { title: texts.columns.key, cell: (key) => el("code", {}, `${key.prefix}…`) },
        { title: texts.columns.access, cell: (key) => (key.access === "read" ? texts.read : texts.write) },
        { title: texts.columns.made, cell: (key) => when(key.created_at, "") },
        { title: texts.columns.used, cell: (key) => when(key.last_used_at, texts.unused) },
        { title: texts.columns.ends, cell: (key) => when(key.expires_at, texts.noEnd) },
        { title: "", cell: (key) => (key.revoked_at ? el("span", { class: "quiet" }, texts.revoked) : el("button", { type: "button", class: "button small", onclick: () => void this.revoke(key) }, texts.revoke)) },
      ],
      (cursor, signal) => client.request("auth_keys", { cursor, signal }),
      () => empty(texts.none, ""),
      texts.failed,
      texts.loading,
    );
    const name = line("key-name", { required: true, maxlength: 200 });
    const access = choice("key-access", [["read", texts.read], ["write", texts.write]], "read");
    const days = choice("key-days", [...DAYS.map((each) => [String(each), texts.days(each)] as const), ["", texts.never]], "90");
    const making = form(
      texts.make,
      [field("key-name", texts.name, name), field("key-access", texts.access, access), field("key-days", texts.expires, days)],
      texts.make,
      async () => {
        const { key } = await client.api_keys.create({ body: { name: name.value.trim(), access: access.value as Key["access"], expires_in_days: days.value ? Number(days.value) : null } });
        name.value = "";
        this.show(key);
        await this.list.load(true);
      },
    );
    this.element = el("main", { class: "page", id: "content" }, el("h1", {}, texts.title), el("p", { class: "quiet" }, texts.about), making.element, this.made, this.list.element);
    void this.list.load();
  }

  update(_route: Route): void {
    // The address names nothing within this page.
  }

  destroy(): void {
    this.list.destroy();
    fill(this.made);
  }

  private show(key: string): void {
    const copy = el("button", { type: "button", class: "button small" }, texts.copy);
    copy.addEventListener("click", () => void navigator.clipboard?.writeText(key).then(() => (copy.textContent = texts.copied)));
    fill(this.made, el("p", {}, texts.made), el("code", { class: "wrap" }, key), navigator.clipboard ? copy : null);
  }

  private async revoke(key: Key): Promise<void> {
    if (!(await confirmed(texts.revokeAsk(key.name)))) return;
    try {
      await this.house.client.api_keys.revoke({ key_id: key.id });
      await this.list.load(true);
    } catch (thrown) {
      this.house.announcer.say(asProblem(thrown).detail, 8);
    }
  }
}
