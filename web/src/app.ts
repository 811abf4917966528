/** The shell: the bar at the top, and below it the view that the address names. */

import { CloudViz } from "@cloudviz/client";
import { type Child, type ShapeName, el, fill, shape } from "./parts/element.js";
import { Announcer, empty } from "./parts/notice.js";
import type { Person } from "./state/contract.js";
import { type Route, Router, hashOf } from "./state/router.js";
import { Session } from "./state/session.js";
import { words } from "./texts.js";
import { AdminView, AutomationView } from "./views/admin.js";
import { KeysView } from "./views/keys.js";
import { MapView } from "./views/map.js";
import { ResourcesView } from "./views/resources.js";
import { ScansView } from "./views/scans.js";
import { SignInView } from "./views/sign_in.js";
import { type House, type View, may } from "./views/view.js";

const VIEWS: Record<string, new (house: House) => View> = {
  "/sign-in": SignInView,
  "/map": MapView,
  "/resources": ResourcesView,
  "/scans": ScansView,
  "/keys": KeysView,
  "/automation/schedules": AutomationView,
  "/automation/webhooks": AutomationView,
  "/admin/people": AdminView,
  "/admin/audit": AdminView,
  "/admin/credentials": AdminView,
  "/admin/settings": AdminView,
  "/admin/installation": AdminView,
};

/** Somebody waits before the screen: a lost request is made again soon, and no limit is sat out without a word. */
const PATIENCE = { timeout: 300, attempts: 2, longest: 5 };

export class App {
  private readonly house: House;
  private readonly bar = el("header", { class: "bar" });
  private readonly outlet = el("div", { class: "outlet" });
  private view: View | null = null;
  private path = "";
  private person: Person | null = null;
  private asking: Promise<Person> | null = null;

  constructor(private readonly root: HTMLElement) {
    const session = new Session(window.sessionStorage);
    // Relative to the page, so that CloudViz also works below a path of a reverse proxy.
    const base = new URL(".", document.baseURI).pathname.replace(/\/$/, "");
    const client = new CloudViz(base, { tokens: session, ...PATIENCE });
    this.house = { client, base, router: new Router(window), session, announcer: new Announcer(), me: () => this.me() };
  }

  start(): void {
    const { router, session, announcer } = this.house;
    this.root.replaceChildren(this.bar, this.outlet, announcer.element);
    session.onEnd(() => this.signedOut());
    router.onChange((route) => this.show(route));
    this.show(router.route);
  }

  private show(route: Route): void {
    const { router, session } = this.house;
    if (route.path === "/admin") return router.replace("/admin/people");
    if (route.path === "/") return router.replace("/map", route.query);
    if (route.path === "/sign-in") {
      // A new link signs in anew, whoever was signed in before.
      if (session.signedIn && !route.query.has("code")) return router.replace("/map");
    } else if (!session.signedIn) {
      const next = hashOf(route.path, route.query).slice(1);
      return router.replace("/sign-in", next === "/map" ? {} : { next });
    }
    if (route.path !== this.path) this.swap(route.path);
    this.drawBar(route);
    this.view?.update(route);
  }

  private swap(path: string): void {
    this.view?.destroy();
    this.path = path;
    const Made = VIEWS[path];
    this.view = Made ? new Made(this.house) : null;
    fill(this.outlet, this.view?.element ?? notFound());
    document.title = `${this.view?.title ?? words.notFound.title} · ${words.product}`;
  }

  private drawBar(route: Route): void {
    this.bar.hidden = !this.house.session.signedIn || route.path === "/sign-in";
    if (this.bar.hidden) return;
    if (!this.person) void this.learnName();
    const link = (path: string, icon: ShapeName, text: string): Child =>
      el("a", { href: hashOf(path), class: "nav-link", "aria-label": text, "aria-current": route.path.split("/")[1] === path.split("/")[1] ? "page" : null }, shape(icon), el("span", {}, text));
    // The button, and not a link to #content: the address after # is ours.
    const skip = (): void => document.querySelector<HTMLElement>("#content [tabindex='0'], #content input, #content button")?.focus();
    fill(
      this.bar,
      el("button", { type: "button", class: "skip", onclick: skip }, words.nav.skip),
      el("a", { href: hashOf("/map"), class: "brand", "aria-label": words.product }, el("span", { class: "brand-mark" }, shape("map")), el("span", { class: "brand-name" }, words.product)),
      el("nav", { "aria-label": words.nav.label }, link("/map", "map", words.nav.map), link("/resources", "list", words.nav.resources), link("/scans", "scan", words.nav.scans), this.person && may(this.person, "operator") && link("/automation/schedules", "clock", words.nav.automation), this.person && may(this.person, "admin") && link("/admin/people", "people", words.nav.admin)),
      el("span", { class: "grow" }),
      this.person && el("a", { class: "who nav-link", href: hashOf("/keys"), title: words.nav.keys, "aria-current": route.path === "/keys" ? "page" : null }, this.person.username),
      el("button", { type: "button", class: "button quiet-button", "aria-label": words.nav.signOut, onclick: () => void this.signOut() }, shape("out"), el("span", { class: "label" }, words.nav.signOut)),
    );
  }

  private async learnName(): Promise<void> {
    try {
      await this.me();
      this.drawBar(this.house.router.route);
    } catch {
      // The name is an ornament of the bar.
    }
  }

  private me(): Promise<Person> {
    this.asking ??= this.house.client.auth.me().then(
      (person) => (this.person = person),
      (thrown: unknown) => {
        this.asking = null;
        throw thrown;
      },
    );
    return this.asking;
  }

  private leaving = false;

  private async signOut(): Promise<void> {
    this.leaving = true;
    await this.house.client.signOut();
    this.leaving = false;
  }

  /** The session is over: by our own wish, or because the server no longer knows it. */
  private signedOut(): void {
    const { router } = this.house;
    const { route } = router;
    this.person = this.asking = null;
    if (route.path === "/sign-in") return;
    const next = hashOf(route.path, route.query).slice(1);
    router.replace("/sign-in", this.leaving ? {} : { ended: "1", next });
  }
}

function notFound(): HTMLElement {
  const back = el("a", { href: hashOf("/map"), class: "button primary" }, words.notFound.back);
  return el("main", { id: "content", class: "centred" }, empty(words.notFound.title, "", back));
}
