/**
 * Shortening of texts to the room they have, once for each text and not once a frame.
 *
 * Widths are taken at the scene's size: text and room grow by the same zoom, so the cut stays right.
 */

/** Longer texts are cut before they are measured; no box has room for more. */
const LONGEST = 160;
/** Beyond this many texts the cache starts anew. */
const CAPACITY = 50_000;

/** Of these letters the width is the sum of their own: pairs that stand closer make it less, never more. */
const PLAIN = /^[\x20-\x7e…]*$/;
/** The size at which letters are measured, large enough that no rounding shows. */
const MEASURED_AT = 100;

export type Measure = (text: string, size: number, weight: number) => number;

export class TextFit {
  private readonly cache = new Map<string, string>();
  private readonly letters = new Map<string, number>();

  constructor(private readonly measure: Measure) {}

  /** `text` on one line, with an ellipsis at its end when it is wider than `room` scene px. */
  fit(text: string, room: number, size: number, weight: number): string {
    const key = `${weight}/${size}/${Math.round(room)}/${text}`;
    const known = this.cache.get(key);
    if (known !== undefined) return known;
    if (this.cache.size > CAPACITY) this.cache.clear();
    const fitted = shorten(oneLine(text), room, (part) => this.width(part, size, weight));
    this.cache.set(key, fitted);
    return fitted;
  }

  /** The same, but of a name that ends in a number its end: the beginnings of numbered names are all alike. */
  fitNumbered(text: string, room: number, size: number, weight: number): string {
    const fitted = this.fit(text, room, size, weight);
    if (!fitted.endsWith("…") || !/[0-9]$/.test(text)) return fitted;
    const key = `end/${weight}/${size}/${Math.round(room)}/${text}`;
    const known = this.cache.get(key);
    if (known !== undefined) return known;
    const points = Array.from(oneLine(text).slice(-LONGEST));
    let length = points.length - 1;
    const end = (): string => `…${points.slice(points.length - length).join("").trimStart()}`;
    while (length > 0 && this.width(end(), size, weight) > room) length--;
    const made = length > 0 ? end() : "";
    this.cache.set(key, made);
    return made;
  }

  /** How wide a text is. A canvas takes a fifth of a millisecond to measure one, so that plain letters are added up. */
  width(text: string, size: number, weight: number): number {
    if (!PLAIN.test(text)) return this.measure(text, size, weight);
    let sum = 0;
    for (let at = 0; at < text.length; at++) {
      const key = `${weight}${text[at]}`;
      let width = this.letters.get(key);
      if (width === undefined) this.letters.set(key, (width = this.measure(text[at]!, MEASURED_AT, weight)));
      sum += width;
    }
    return (sum * size) / MEASURED_AT;
  }

  /** Forget all widths, as when a font has arrived. */
  clear(): void {
    this.cache.clear();
    this.letters.clear();
  }
}

/** Control characters and line ends become spaces: a canvas would draw some of them as boxes. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
}

export function shorten(text: string, room: number, widthOf: (text: string) => number): string {
  // By code points, so that no half of a surrogate pair is left behind.
  const points = Array.from(text.length > LONGEST * 2 ? text.slice(0, LONGEST * 2) : text);
  const whole = points.length <= LONGEST && points.join("").length === text.length;
  if (whole && widthOf(text) <= room) return text;
  let low = 0;
  let high = Math.min(points.length, LONGEST);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (widthOf(cut(points, middle)) <= room) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? "" : cut(points, low);
}

function cut(points: readonly string[], length: number): string {
  return `${points.slice(0, length).join("").trimEnd()}…`;
}
