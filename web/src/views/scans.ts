/** Scans and imports: start them, see them at work, and what came of those before. */

import type { Job as JobAtWork } from "@cloudviz/client";
import { DropZone } from "../parts/drop_zone.js";
import { type Child, el, fill, foreign, shape } from "../parts/element.js";
import { choice, field, form, line, listed } from "../parts/form.js";
import { Listing } from "../parts/listing.js";
import { empty } from "../parts/notice.js";
import type { Discovery, Job, Page } from "../state/contract.js";
import { asProblem, isAbort } from "../state/problem.js";
import type { Route } from "../state/router.js";
import { count, moment, words } from "../texts.js";
import { type House, type View, may } from "./view.js";

const { scans: texts } = words.service;
const CLOUDS = ["aws", "azure", "gcp"] as const;
type Cloud = (typeof CLOUDS)[number];
const UNDER_WAY = new Set(["pending", "running"]);

export class ScansView implements View {
  readonly element: HTMLElement;
  readonly title = texts.title;
  private readonly doing = el("div", { class: "columns" });
  private readonly running = el("div", { class: "running" });
  private readonly list: Listing<Discovery>;
  private readonly stop = new AbortController();
  private zone: DropZone | null = null;
  private isOperator = false;
  private readonly followed = new Set<string>();

  constructor(private readonly house: House) {
    this.list = new Listing<Discovery>(
      texts.list,
      [
        { title: texts.columns.source, cell: (item) => el("span", {}, el("strong", {}, words.resources.providers[item.provider] ?? item.provider), " ", foreign(item.source, "wrap")) },
        { title: texts.columns.status, cell: (item) => this.status(item) },
        { title: texts.columns.found, className: "number", cell: (item) => count(item.resources_found) },
        { title: texts.columns.when, cell: (item) => (item.completed_at || item.created_at ? moment((item.completed_at ?? item.created_at)!) : "") },
        { title: "", cell: (item) => this.act(item) },
      ],
      (cursor, signal) => house.client.request("discoveries_discoveries", { limit: 25, cursor, signal }).then((page) => this.watch(page)),
      () => empty(texts.none, this.isOperator ? texts.noneHint : texts.noneHintViewer),
      texts.failed,
      texts.loading,
    );
    this.element = el(
      "main",
      { class: "page", id: "content" },
      el("h1", {}, texts.title),
      this.doing,
      this.running,
      el("h2", {}, texts.list),
      this.list.element,
    );
    void this.begin();
  }

  update(_route: Route): void {
    // The address names nothing within this page.
  }

  destroy(): void {
    this.stop.abort();
    this.list.destroy();
    this.zone?.destroy();
  }

  private async begin(): Promise<void> {
    try {
      const person = await this.house.me();
      this.isOperator = may(person, "operator");
      if (this.isOperator) {
        this.zone = new DropZone(this.house.client, () => void this.list.load(true));
        fill(this.doing, el("section", {}, el("h2", {}, texts.start), this.scanForm(may(person, "admin"))), el("section", {}, el("h2", {}, words.service.imports.title), this.zone.element));
      }
    } catch {
      // Without an answer about who this is, only what everybody may see is offered; the list tells why.
    }
    await this.list.load();
  }

  private scanForm(isAdmin: boolean): HTMLElement {
    const cloud = choice("scan-cloud", CLOUDS.map((name) => [name, words.resources.providers[name]!]), "aws");
    const accounts = line("scan-accounts");
    const regions = line("scan-regions", { placeholder: "eu-west-1" });
    const role = line("scan-role", { placeholder: "arn:aws:iam::123456789012:role/cloudviz" });
    const types = line("scan-types");
    const credential = choice("scan-credential", [["", texts.noCredential]]);
    const accountsField = field("scan-accounts", texts.accounts["aws"]!, accounts, texts.accountsHint);
    const roleField = field("scan-role", texts.role, role);
    const credentialField = field("scan-credential", texts.credential, credential, texts.credentialHint);
    const body = (): Record<string, unknown> => {
      const provider = cloud.value;
      const named = { aws: "accounts", azure: "subscriptions", gcp: "projects" }[provider]!;
      const asked: Record<string, unknown> = { [named]: listed(accounts.value), regions: listed(regions.value), resource_types: listed(types.value) };
      if (provider === "aws" && role.value.trim()) asked["role_arn"] = role.value.trim();
      if (credential.value) asked["credential"] = credential.value;
      return asked;
    };
    const missing = (): string => (listed(accounts.value).length === 0 ? (texts.accountsNeeded[cloud.value] ?? "") : "");
    const made = form(
      texts.start,
      [field("scan-cloud", texts.cloud, cloud), accountsField, field("scan-regions", texts.regions, regions, texts.regionsHint), roleField, credentialField, field("scan-types", texts.types, types, texts.typesHint)],
      texts.go,
      async () => {
        if (missing()) return made.say(missing());
        const job = await this.house.client[cloud.value as Cloud].discover({ body: body() });
        made.good(texts.started);
        this.follow(job, job.discoveryId, words.resources.providers[cloud.value]!);
      },
    );
    const changed = (): void => {
      accountsField.querySelector("label")!.textContent = texts.accounts[cloud.value]!;
      roleField.hidden = cloud.value !== "aws";
      for (const option of credential.options) option.hidden = option.value !== "" && option.dataset["provider"] !== cloud.value;
      credential.value = "";
    };
    cloud.addEventListener("change", changed);
    // Only administrators may ask which credentials are kept.
    credentialField.hidden = true;
    if (isAdmin) {
      void this.house.client.request("admin_credentials", { signal: this.stop.signal }).then(({ items }) => {
        credential.append(...items.map((item) => el("option", { value: item.name, "data-provider": item.provider }, item.name)));
        credentialField.hidden = items.length === 0;
        changed();
      }, () => undefined);
    }
    return made.element;
  }

  /** Follow the scans that are at work already, whoever started them. */
  private watch(page: Page<Discovery>): Page<Discovery> {
    for (const item of page.items) if (UNDER_WAY.has(item.status)) void this.pickUp(item);
    return page;
  }

  private async pickUp(item: Discovery): Promise<void> {
    if (this.followed.has(item.id)) return;
    try {
      const found = await this.house.client.discoveries.get({ discovery_id: item.id, signal: this.stop.signal });
      if (found.job_id) this.follow(this.house.client.job(found.job_id), item.id, item.source || item.provider);
    } catch {
      // It is in the list all the same.
    }
  }

  private follow(job: JobAtWork, discovery: string, name: string): void {
    if (this.followed.has(discovery)) return;
    this.followed.add(discovery);
    const bar = el("progress", { max: 1, "aria-label": name });
    const said = el("p", { role: "status" }, texts.waiting);
    const at = el("p", { class: "quiet wrap" });
    const cancel = el("button", { type: "button", class: "button small" }, texts.cancel);
    cancel.hidden = !this.isOperator;
    cancel.addEventListener("click", () => void this.cancel(job, cancel));
    const card = el("section", { class: "card running-scan" }, el("h3", {}, foreign(name)), bar, said, at, cancel);
    this.running.append(card);
    job.follow({ signal: this.stop.signal, onProgress: (now) => this.progress(now, bar, said, at) }).then(
      async (ended) => {
        bar.remove();
        cancel.remove();
        at.textContent = [ended.error?.["detail"], ended.error?.["hint"]].filter(Boolean).join(" · ");
        said.textContent = texts.statuses[ended.status] ?? ended.status;
        if (ended.status !== "failed") card.append(el("a", { class: "button small primary", href: "#/map" }, texts.show));
        card.append(await this.coverageOf(discovery));
        void this.list.load(true);
      },
      (thrown: unknown) => {
        if (!isAbort(thrown)) said.textContent = asProblem(thrown).detail;
      },
    );
  }

  private progress(job: Job, bar: HTMLProgressElement, said: HTMLElement, at: HTMLElement): void {
    const { done, total, resources, at: place } = job.progress as { done?: number; total?: number; resources?: number; at?: string };
    if (job.cancel_requested) said.textContent = texts.cancelling;
    else if (total) {
      bar.value = (done ?? 0) / total;
      said.textContent = texts.progress(count(done ?? 0), count(total), count(resources ?? 0));
    }
    at.textContent = place ?? "";
  }

  private async cancel(job: JobAtWork, button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    button.textContent = texts.cancelling;
    try {
      await job.cancel();
    } catch (thrown) {
      button.disabled = false;
      button.textContent = texts.cancel;
      this.house.announcer.say(`${texts.failedToCancel}: ${asProblem(thrown).detail}`, 8);
    }
  }

  private async coverageOf(discovery: string): Promise<HTMLElement> {
    try {
      const found = await this.house.client.discoveries.get({ discovery_id: discovery, signal: this.stop.signal });
      const blind = (found.coverage ?? []).filter((entry) => ["denied", "throttled", "timeout", "failed"].includes(entry.status));
      return el(
        "details",
        {},
        el("summary", {}, `${texts.details}: ${texts.gaps(blind.length)}`),
        el("ul", { class: "problems" }, ...blind.slice(0, 50).map((entry) => el("li", { class: "wrap" }, foreign(entry.type), " ", foreign(entry.region), " – ", words.coverage.statuses[entry.status] ?? entry.status, entry.permission ? el("code", {}, ` ${entry.permission}`) : null))),
      );
    } catch {
      return el("span", {});
    }
  }

  private status(item: Discovery): HTMLElement {
    const good = item.status === "completed" ? "up" : item.status === "failed" ? "bad" : "off";
    return el("span", { class: `state ${good}`, title: item.reason ?? null }, texts.statuses[item.status] ?? item.status);
  }

  private act(item: Discovery): Child {
    if (!this.isOperator || !["failed", "cancelled", "partial"].includes(item.status) || !CLOUDS.includes(item.provider as "aws")) return null;
    const again = async (): Promise<void> => {
      try {
        const job = await this.house.client[item.provider as Cloud].discover({ body: { resume: item.id } });
        this.follow(job, job.discoveryId, item.source || item.provider);
      } catch (thrown) {
        this.house.announcer.say([asProblem(thrown).detail, asProblem(thrown).hint].filter(Boolean).join(" · "), 8);
      }
    };
    return el("button", { type: "button", class: "button small", onclick: () => void again() }, shape("scan"), texts.resume);
  }
}
