/** Hands on the map: drag, wheel, pinch, click and keys, told to the engine. */

import type { MapEngine } from "./engine.js";
import type { Direction } from "./hit_test.js";

/** A press that moves less than this, in CSS px, is a click. */
const STILL = 4;
const KEY_STEP = 80;
const WHEEL_ZOOM = 0.0016;
/** Lines and pages of a wheel, in px (DOM UI Events, `deltaMode`). */
const WHEEL_UNITS = [1, 16, 400];

const ARROWS: Record<string, [dx: number, dy: number, direction: Direction]> = {
  ArrowLeft: [KEY_STEP, 0, "left"],
  ArrowRight: [-KEY_STEP, 0, "right"],
  ArrowUp: [0, KEY_STEP, "up"],
  ArrowDown: [0, -KEY_STEP, "down"],
};

export interface KeyActions {
  /** Shift with an arrow: choose the next box in that direction. */
  step(direction: Direction): void;
  /** Enter: open what is chosen. */
  open(): void;
  /** Escape: let go of what is chosen. */
  release(): void;
}

/** Listen on the element that lies on top of both canvases. Returns the way to stop. */
export function listen(target: HTMLElement, engine: MapEngine, keys: KeyActions): () => void {
  const stop = new AbortController();
  const options = { signal: stop.signal };
  const held = new Map<number, { x: number; y: number }>();
  let pressed = { x: 0, y: 0 };
  let moved = 0;

  const place = (event: MouseEvent): { x: number; y: number } => {
    const box = target.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  target.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      if (held.size === 0) {
        pressed = place(event);
        moved = 0;
      }
      held.set(event.pointerId, place(event));
      target.setPointerCapture(event.pointerId);
    },
    options,
  );

  target.addEventListener(
    "pointermove",
    (event) => {
      const before = held.get(event.pointerId);
      const at = place(event);
      if (!before) {
        if (event.pointerType !== "touch") engine.hover(at.x, at.y);
        return;
      }
      moved = Math.max(moved, Math.hypot(at.x - pressed.x, at.y - pressed.y));
      if (moved <= STILL && held.size === 1) return;
      if (held.size === 1) {
        engine.leave();
        target.classList.add("dragging");
        engine.panBy(at.x - before.x, at.y - before.y);
      } else if (held.size === 2) {
        const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
        if (other) pinch(engine, other, before, at);
      }
      held.set(event.pointerId, at);
    },
    options,
  );

  const release = (event: PointerEvent): void => {
    if (!held.delete(event.pointerId)) return;
    target.classList.remove("dragging");
    if (event.type === "pointerup" && moved <= STILL && held.size === 0) {
      const at = place(event);
      engine.pick(at.x, at.y);
    }
  };
  target.addEventListener("pointerup", release, options);
  target.addEventListener("pointercancel", release, options);
  target.addEventListener("pointerleave", () => engine.leave(), options);

  target.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const at = place(event);
      const delta = event.deltaY * (WHEEL_UNITS[event.deltaMode] ?? 1);
      // A pinch on a touchpad comes as a wheel with ctrl held, in small steps.
      engine.zoomAt(at.x, at.y, Math.exp(-Math.max(-240, Math.min(240, delta)) * WHEEL_ZOOM * (event.ctrlKey ? 5 : 1)));
    },
    { ...options, passive: false },
  );

  target.addEventListener(
    "dblclick",
    (event) => {
      const at = place(event);
      engine.zoomAt(at.x, at.y, event.shiftKey ? 0.5 : 2);
    },
    options,
  );

  target.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const arrow = ARROWS[event.key];
      if (arrow) event.shiftKey ? keys.step(arrow[2]) : engine.panBy(arrow[0], arrow[1]);
      else if (event.key === "+" || event.key === "=") engine.zoomBy(1.5);
      else if (event.key === "-" || event.key === "_") engine.zoomBy(1 / 1.5);
      else if (event.key === "0") engine.fit();
      else if (event.key === "Enter") keys.open();
      else if (event.key === "Escape") keys.release();
      else return;
      event.preventDefault();
    },
    options,
  );

  return () => stop.abort();
}

/** Two fingers: the scene point between them stays between them. */
function pinch(
  engine: MapEngine,
  still: { x: number; y: number },
  before: { x: number; y: number },
  at: { x: number; y: number },
): void {
  const was = Math.hypot(before.x - still.x, before.y - still.y);
  const is = Math.hypot(at.x - still.x, at.y - still.y);
  engine.panBy((at.x - before.x) / 2, (at.y - before.y) / 2);
  if (was > 0 && is > 0) engine.zoomAt((at.x + still.x) / 2, (at.y + still.y) / 2, is / was);
}
