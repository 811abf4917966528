/** Forms: fields with labels and hints, one message, and a button that waits for what it started. */

import { asProblem, isAbort } from "../state/problem.js";
import { words } from "../texts.js";
import { type Child, el, fill } from "./element.js";

export function field(id: string, label: string, control: HTMLElement, hint = ""): HTMLElement {
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return el("div", { class: "field" }, el("label", { for: id }, label), control, hint ? el("span", { id: `${id}-hint`, class: "field-hint" }, hint) : null);
}

export function choice(id: string, choices: readonly (readonly [value: string, text: string])[], chosen = ""): HTMLSelectElement {
  return el("select", { id }, ...choices.map(([value, text]) => el("option", { value, selected: value === chosen }, text)));
}

export function line(id: string, more: Record<string, string | number | boolean> = {}): HTMLInputElement {
  return el("input", { id, type: "text", autocomplete: "off", spellcheck: "false", maxlength: 2000, ...more });
}

export interface FormParts {
  element: HTMLFormElement;
  say(text: string, hint?: string): void;
  good(text: string): void;
}

/** A form that carries something out. A refusal is told in it, in the server's words. */
export function form(label: string, fields: readonly Child[], button: string, act: () => Promise<void>, ...more: Child[]): FormParts {
  const message = el("div", { class: "form-message", role: "alert" });
  const submit = el("button", { type: "submit", class: "button primary" }, button);
  const say = (text: string, hint = ""): void => fill(message, el("p", {}, text), hint ? el("p", { class: "quiet" }, hint) : null);
  const good = (text: string): void => fill(message, el("p", { class: "good", role: "status" }, text));
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    fill(message);
    submit.disabled = true;
    try {
      await act();
    } catch (thrown) {
      if (isAbort(thrown)) return;
      const problem = asProblem(thrown);
      say(problem.detail, problem.hint);
    } finally {
      submit.disabled = false;
    }
  };
  const element = el(
    "form",
    { class: "card-form", "aria-label": label, onsubmit: (event) => void send(event) },
    ...fields,
    el("div", { class: "actions" }, submit, ...more),
    message,
  );
  return { element, say, good };
}

/** Ask before something that can't be undone. */
export function confirmed(question: string): Promise<boolean> {
  const { admin: texts } = words.service;
  return new Promise((done) => {
    const dialog = el(
      "dialog",
      { class: "confirm", "aria-label": question },
      el("p", {}, question),
      el(
        "div",
        { class: "actions end" },
        el("button", { type: "button", class: "button", onclick: () => dialog.close("no") }, texts.cancel),
        el("button", { type: "button", class: "button danger", onclick: () => dialog.close("yes") }, texts.confirm),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** `a, b c` as a list. */
export function listed(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}
