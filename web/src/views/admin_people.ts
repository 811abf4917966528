/** The tab of people: who may sign in, and what each may do. */

import type { Schemas } from "@cloudviz/client";
import { asProblem } from "../state/problem.js";
import { moment, words } from "../texts.js";
import type { Tab } from "./tabs.js";
import type { House } from "./view.js";
import { el, foreign } from "../parts/element.js";
import { choice, confirmed, field, form, line } from "../parts/form.js";
import { Listing } from "../parts/listing.js";
import { empty } from "../parts/notice.js";

const { people: texts } = words.service;
const ROLES = ["viewer", "operator", "admin"] as const;

type User = Schemas["UserModel"];

export function peopleTab(house: House): Tab {
  const { client, announcer } = house;
  const choices = ROLES.map((role) => [role, texts.roles[role]!] as const);
  /** Carry something out, say that it was done, and show the list as it is then. */
  const doing = async (act: () => Promise<unknown>, said: string): Promise<void> => {
    try {
      await act();
      announcer.say(said);
    } catch (thrown) {
      const problem = asProblem(thrown);
      announcer.say([problem.detail, problem.hint].filter(Boolean).join(" · "), 8);
    }
    await list.load(true);
  };
  const change = (user: User, roles: string[], disabled: boolean): Promise<void> =>
    doing(() => client.admin.change_user({ user_id: user.id, body: { roles, disabled } as Schemas["UserChange"] }), texts.changed(user.username));
  const remove = async (user: User): Promise<void> => {
    if (await confirmed(texts.removeAsk(user.username))) await doing(() => client.admin.remove_user({ user_id: user.id }), texts.removed(user.username));
  };
  const roleOf = (user: User): HTMLElement => {
    const held = [...ROLES].reverse().find((role) => user.roles.includes(role)) ?? "viewer";
    const made = el("select", { class: "small-select", "aria-label": texts.roleOf(user.username) }, ...choices.map(([value, text]) => el("option", { value, selected: value === held }, text)));
    made.addEventListener("change", () => void change(user, [made.value], user.disabled ?? false));
    return made;
  };
  const buttons = (user: User): HTMLElement =>
    el(
      "div",
      { class: "row-actions" },
      el("button", { type: "button", class: "button small", onclick: () => void change(user, user.roles, !user.disabled) }, user.disabled ? texts.enable : texts.disable),
      el("button", { type: "button", class: "button small", onclick: () => void doing(() => client.admin.end_sessions({ user_id: user.id }), texts.ended(user.username)) }, texts.end),
      el("button", { type: "button", class: "button small", onclick: () => void remove(user) }, texts.remove),
    );
  const list = new Listing<User>(
    words.service.admin.tabs["people"]!,
    [
      { title: texts.columns.username, cell: (user) => foreign(user.username) },
      { title: texts.columns.email, cell: (user) => foreign(user.email) },
      { title: texts.columns.role, cell: roleOf },
      { title: texts.columns.state, cell: (user) => el("span", { class: `state ${user.disabled ? "off" : "up"}` }, user.disabled ? texts.disabled : texts.active) },
      { title: texts.columns.made, cell: (user) => (user.created_at ? moment(user.created_at) : "") },
      { title: "", cell: buttons },
    ],
    (cursor, signal) => client.request("admin_users", { cursor, signal }),
    () => empty(texts.add, ""),
  );
  const username = line("person-name", { required: true, maxlength: 200 });
  const email = line("person-email", { type: "email", required: true, maxlength: 200 });
  const password = line("person-password", { type: "password", required: true, autocomplete: "new-password" });
  const role = choice("person-role", choices, "viewer");
  const adding = form(
    texts.add,
    [field("person-name", texts.username, username), field("person-email", texts.email, email), field("person-password", texts.password, password), field("person-role", texts.role, role)],
    texts.add,
    async () => {
      const name = username.value.trim();
      await client.admin.add_user({ body: { username: name, email: email.value.trim(), password: password.value, roles: [role.value as "viewer"] } });
      username.value = email.value = password.value = "";
      adding.good(texts.added(name));
      await list.load(true);
    },
  );
  void list.load();
  return { element: el("div", {}, list.element, el("h2", {}, texts.add), adding.element), destroy: () => list.destroy() };
}
