/** Signing in: by name and password, by an identity provider, or by the code of a one-time link. */

import { el, fill, shape } from "../parts/element.js";
import { asProblem } from "../state/problem.js";
import { type Route, parseHash } from "../state/router.js";
import { words } from "../texts.js";
import type { House, View } from "./view.js";

const { signIn: texts } = words;

export class SignInView implements View {
  readonly element: HTMLElement;
  readonly title = texts.title;
  private readonly username: HTMLInputElement;
  private readonly password: HTMLInputElement;
  private readonly button: HTMLButtonElement;
  private readonly ways = el("div", { class: "sign-in-ways" });
  private readonly message = el("div", { class: "form-message", role: "alert" });

  constructor(private readonly house: House) {
    this.username = el("input", { id: "username", name: "username", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true, maxlength: 200 });
    this.password = el("input", { id: "password", name: "password", type: "password", autocomplete: "current-password", required: true, maxlength: 1000 });
    this.button = el("button", { type: "submit", class: "button primary wide" }, texts.go);
    const submit = (event: Event): void => {
      event.preventDefault();
      void this.signIn();
    };
    this.element = el(
      "main",
      { class: "sign-in", id: "content" },
      el(
        "form",
        { class: "sign-in-card", onsubmit: submit, novalidate: true, "aria-labelledby": "sign-in-title" },
        el("div", { class: "brand large" }, el("span", { class: "brand-mark" }, shape("map")), words.product),
        el("p", { class: "quiet tagline" }, words.tagline),
        el("h1", { id: "sign-in-title", class: "visually-hidden" }, texts.title),
        this.message,
        el("div", { class: "field" }, el("label", { for: "username" }, texts.username), this.username),
        el("div", { class: "field" }, el("label", { for: "password" }, texts.password), this.password),
        this.button,
        this.ways,
      ),
    );
    void this.offer();
  }

  update(route: Route): void {
    const code = route.query.get("code");
    if (code) {
      // The code is used up by trying it: it shall not stay in the address or the history.
      const query = new URLSearchParams(route.query);
      query.delete("code");
      this.house.router.replace(route.path, query, true);
      void this.exchange(code);
      return;
    }
    const refused = route.query.get("refused");
    if (refused === "forbidden") this.say(texts.noRole, texts.noRoleHint);
    else if (refused !== null) this.say(texts.refused, texts.refusedHint);
    else if (route.query.has("ended")) this.say(texts.expired, "");
    this.username.focus();
  }

  destroy(): void {
    this.password.value = "";
  }

  private async offer(): Promise<void> {
    try {
      const { items } = await this.house.client.auth.providers();
      const ours = items.filter((each) => each.login_url.startsWith("/auth/oauth/"));
      fill(this.ways, ...ours.map((each) => el("a", { class: "button wide", href: this.house.base + each.login_url }, texts.by(each.title))));
    } catch {
      // A password will do.
    }
  }

  private async signIn(): Promise<void> {
    const username = this.username.value.trim();
    if (!username || !this.password.value) {
      this.say(texts.missing, "");
      (username ? this.password : this.username).focus();
      return;
    }
    await this.attempt(() => this.house.client.signIn({ username, password: this.password.value }), "");
  }

  private async exchange(code: string): Promise<void> {
    await this.attempt(() => this.house.client.signIn({ code }), texts.linkFailed);
  }

  private async attempt(act: () => Promise<void>, failure: string): Promise<void> {
    this.busy(true);
    fill(this.message);
    try {
      await act();
      const next = this.house.router.route.query.get("next");
      // Only places of this page: an address from a link may hold anything.
      const place = parseHash(next?.startsWith("/") ? next : "/map");
      this.house.router.replace(place.path, place.query);
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (failure) this.say(`${failure}: ${problem.detail}`, problem.hint || texts.linkHint);
      else this.say(problem.detail, problem.hint);
      this.password.value = "";
      this.busy(false);
      (this.username.value ? this.password : this.username).focus();
    }
  }

  private say(text: string, hint: string): void {
    fill(this.message, el("p", {}, text), hint ? el("p", { class: "quiet" }, hint) : null);
  }

  private busy(busy: boolean): void {
    this.button.disabled = busy;
    this.button.textContent = busy ? texts.going : texts.go;
  }
}
