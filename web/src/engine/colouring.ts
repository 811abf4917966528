/** Layers: the colour of each value of a property, for boxes, containers and the legend. */

export interface LayerValue {
  value: string;
  count: number;
}

export interface Layer {
  name: string;
  /** Whether the values are steps of a scale. */
  scale: boolean;
  values: readonly LayerValue[];
}

/** Apart from each other also for those who see few colours (after Okabe and Ito, darkened to stand on white). */
const CATEGORIES = ["#0072b2", "#b85c00", "#00795b", "#a8407f", "#8a6d00", "#3f51b5", "#7a4b2a", "#0f7f9c", "#8b2f3c", "#5b7a1f"];
const STEPS = ["#fde3b0", "#f7b267", "#ea7a45", "#c8433a", "#8a1c3b"];
const STEPS_DARK = ["#6b5326", "#9c6b2a", "#cf7a3a", "#ee6a5a", "#ff9aa8"];
const NONE = "#98a2b3";

/** Words whose meaning has a colour of its own, whichever layer they are in. */
const MEANINGS: Record<string, string> = {
  running: "#1a7f4b", available: "#1a7f4b", active: "#1a7f4b", seen: "#1a7f4b", added: "#157f3d",
  stopped: "#b35c00", paused: "#b35c00", changed: "#9a5b00", "gaps in its region": "#b35c00",
  failed: "#c4262e", removed: "#c4262e", deleting: "#c4262e", error: "#c4262e", "could not be looked at again": "#c4262e",
  "(mixed)": "#667085", "(other)": "#667085",
};

export class Colouring {
  readonly colours: readonly string[];

  constructor(
    readonly layer: Layer,
    dark: boolean,
  ) {
    // The largest values get the clearest colours; the order of the list stays.
    const ranked = layer.values.map((_, at) => at).filter((at) => layer.values[at]!.value !== "" && !MEANINGS[layer.values[at]!.value]);
    ranked.sort((a, b) => layer.values[b]!.count - layer.values[a]!.count || a - b);
    const rank = new Map(ranked.map((at, place) => [at, place]));
    const steps = dark ? STEPS_DARK : STEPS;
    this.colours = layer.values.map(({ value }, at) => {
      if (value === "") return NONE;
      if (layer.scale) return steps[Math.min(at - 1, steps.length - 1)] ?? NONE;
      return MEANINGS[value] ?? CATEGORIES[(rank.get(at) ?? 0) % CATEGORIES.length]!;
    });
  }

  colour(value: number): string {
    return this.colours[value] ?? NONE;
  }
}
