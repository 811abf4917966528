/** Importing files: dropped on it or chosen, with how much is sent, and what came of it. */

import { type CloudViz, Job as JobAtWork } from "@cloudviz/client";
import type { Job } from "../state/contract.js";
import { asProblem } from "../state/problem.js";
import { count, words } from "../texts.js";
import { type Child, el, fill, foreign, shape } from "./element.js";

const { imports: texts } = words.service;
const FIRST_PROBLEMS = 5;

interface Outcome {
  resources?: number;
  links?: number;
  added?: number;
  changed?: number;
  removed?: number;
  problems?: { resource: string; what: string; where: string }[];
}

export class DropZone {
  readonly element: HTMLElement;
  private readonly state = el("div", { class: "drop-state", "aria-live": "polite" });
  private readonly input = el("input", { type: "file", multiple: true, id: "import-files", class: "visually-hidden" });
  private readonly stop = new AbortController();

  constructor(
    private readonly client: CloudViz,
    /** Something was imported. */
    private readonly done: () => void,
  ) {
    this.element = el("section", { class: "drop-zone", "aria-label": texts.title }, this.input, this.state);
    this.input.addEventListener("change", () => void this.send([...(this.input.files ?? [])]));
    listenForFiles(this.element, this.stop.signal, (files) => void this.send(files));
    this.invite();
  }

  async send(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    const bar = el("progress", { max: 1, value: 0, "aria-label": texts.title });
    const said = el("p", {}, texts.sending("0"));
    const names = files.map((file) => file.name).join(", ");
    fill(this.state, el("p", { class: "wrap" }, foreign(names)), bar, said);
    try {
      const onProgress = (share: number): void => {
        bar.value = share;
        said.textContent = share < 1 ? texts.sending(String(Math.round(share * 100))) : texts.reading;
        if (share >= 1) bar.removeAttribute("value");
      };
      const chosen = files.map((file) => ({ name: file.name, content: file }));
      let outcome: Outcome | JobAtWork = await this.client.imports.upload({ files: chosen, onProgress, signal: this.stop.signal });
      if (outcome instanceof JobAtWork) {
        said.textContent = texts.background;
        const onProgress = ({ progress }: Job): void => {
          const { done, total, resources } = progress as { done?: number; total?: number; resources?: number };
          if (!total) return;
          bar.value = (done ?? 0) / total;
          said.textContent = texts.progress(count(done ?? 0), count(total), count(resources ?? 0));
        };
        const job = await outcome.follow({ signal: this.stop.signal, onProgress });
        if (job.status === "failed") return this.refuse(job);
        outcome = (job.result ?? {}) as Outcome;
      }
      this.tell(outcome);
      this.done();
    } catch (thrown) {
      const problem = asProblem(thrown);
      this.show(el("p", { class: "bad", role: "alert" }, `${texts.failed}: `, foreign(problem.detail)), problem.hint ? el("p", { class: "quiet wrap" }, problem.hint) : null);
    } finally {
      this.input.value = "";
    }
  }

  destroy(): void {
    this.stop.abort();
  }

  private refuse(job: Job): void {
    this.show(el("p", { class: "bad", role: "alert" }, `${texts.failed}: `, foreign(String(job.error?.["detail"] ?? ""))), el("p", { class: "quiet" }, String(job.error?.["hint"] ?? "")));
  }

  private tell(outcome: Outcome): void {
    const number = (value: number | undefined): string => count(value ?? 0);
    const problems = outcome.problems ?? [];
    this.show(
      el("p", { class: "good" }, texts.done(number(outcome.resources), number(outcome.links))),
      el("p", { class: "quiet" }, texts.changes(number(outcome.added), number(outcome.changed), number(outcome.removed))),
      problems.length > 0 && el("p", { class: "quiet" }, texts.problems(problems.length)),
      problems.length > 0 &&
        el("ul", { class: "problems" }, ...problems.slice(0, FIRST_PROBLEMS).map((each) => el("li", { class: "wrap" }, foreign(each.resource || each.where), " ", foreign(each.what)))),
      el("a", { class: "button small primary", href: "#/map" }, words.service.scans.show),
    );
  }

  private show(...children: Child[]): void {
    const again = el("label", { for: "import-files", class: "button small" }, texts.again);
    fill(this.state, ...children, again);
  }

  private invite(): void {
    fill(
      this.state,
      shape("upload"),
      el("p", {}, texts.drop, " ", el("label", { for: "import-files", class: "file-label" }, texts.choose)),
      el("p", { class: "quiet" }, texts.hint),
    );
  }
}

/** Tell about files that are dropped on an element, and mark it while they hang over it. */
export function listenForFiles(element: HTMLElement, signal: AbortSignal, dropped: (files: File[]) => void): void {
  const has = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  const over = (event: DragEvent): void => {
    if (!has(event)) return;
    event.preventDefault();
    element.classList.add("drop-over");
  };
  element.addEventListener("dragenter", over, { signal });
  element.addEventListener("dragover", over, { signal });
  element.addEventListener("dragleave", (event) => {
    if (!element.contains(event.relatedTarget as Node | null)) element.classList.remove("drop-over");
  }, { signal });
  element.addEventListener("drop", (event) => {
    if (!has(event)) return;
    event.preventDefault();
    element.classList.remove("drop-over");
    dropped([...(event.dataTransfer?.files ?? [])]);
  }, { signal });
}
