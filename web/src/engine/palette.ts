/**
 * The colours of the map, in light and in dark: those of the server's themes `enterprise` and `dark`
 * (src/cloudviz/diagram/themes.py), so that the map and a downloaded picture look alike.
 */

export interface ContainerLook {
  stroke: string;
  /** null where the ground shows through. */
  fill: string | null;
  title: string;
  dash: readonly number[];
  width: number;
}

export interface Palette {
  dark: boolean;
  ground: string;
  leafFill: string;
  leafStroke: string;
  label: string;
  sublabel: string;
  edge: string;
  /** Lines that say "belongs to" rather than "talks to". */
  edgeWeak: string;
  pillFill: string;
  pillStroke: string;
  pillText: string;
  markFill: string;
  markText: string;
  accent: string;
  added: string;
  removed: string;
  changed: string;
  containers: Record<string, ContainerLook>;
}

function look(stroke: string, fill: string | null, title: string, dash: number[] = [], width = 1.5): ContainerLook {
  return { stroke, fill, title, dash, width };
}

export const LIGHT: Palette = {
  dark: false,
  ground: "#ffffff",
  leafFill: "#ffffff",
  leafStroke: "#c3cad5",
  label: "#161e2c",
  sublabel: "#5b6678",
  edge: "#4a5871",
  edgeWeak: "#6a778c",
  pillFill: "#ffffff",
  pillStroke: "#b9c2cf",
  pillText: "#4a5568",
  markFill: "#222f42",
  markText: "#ffffff",
  accent: "#1d5fd6",
  added: "#157f3d",
  removed: "#c4262e",
  changed: "#9a5b00",
  containers: {
    cloud: look("#8a96a8", null, "#344054"),
    account: look("#1d2735", null, "#1d2735"),
    region: look("#0a9a95", null, "#00737a", [3, 3]),
    network: look("#8250df", "#faf7ff", "#6b34c9"),
    zone: look("#1273b8", null, "#0f67a6", [5, 4]),
    subnet: look("#0a9a95", "#e9f6f7", "#016d73"),
    subnet_public: look("#77981f", "#f2f7e8", "#4a6b00"),
    subnet_private: look("#0a9a95", "#e9f6f7", "#016d73"),
    resource_group: look("#5c7fb5", "#f6f9fe", "#335a96"),
    group: look("#c3cad5", "#f8f9fb", "#566276", [], 1),
  },
};

export const DARK: Palette = {
  dark: true,
  ground: "#0d131d",
  leafFill: "#1a2332",
  leafStroke: "#3a475c",
  label: "#f0f4fa",
  sublabel: "#a3b0c3",
  edge: "#97a6bd",
  edgeWeak: "#7f8fa8",
  pillFill: "#1a2332",
  pillStroke: "#4a5970",
  pillText: "#c9d3e1",
  markFill: "#e6ecf5",
  markText: "#111a28",
  accent: "#6ea8ff",
  added: "#4cc77a",
  removed: "#ff7b80",
  changed: "#f0b24a",
  containers: {
    cloud: look("#4b586d", null, "#c9d3e1"),
    account: look("#8494ab", "#0f1622", "#e3eaf4"),
    region: look("#2c9c98", null, "#5fd0cb", [3, 3]),
    network: look("#8b6be0", "#151530", "#bda6ff"),
    zone: look("#3f86c6", null, "#7dbcf2", [5, 4]),
    subnet: look("#24807e", "#0e242b", "#6ad4cf"),
    subnet_public: look("#6b8a2c", "#18220f", "#b5d46c"),
    subnet_private: look("#24807e", "#0e242b", "#6ad4cf"),
    resource_group: look("#4a6ca3", "#111c2f", "#9dbdf0"),
    group: look("#364256", "#131b28", "#b3bfd0", [], 1),
  },
};

export function containerLook(palette: Palette, role: string, kind: string): ContainerLook {
  const { containers } = palette;
  return containers[role] ?? containers[kind] ?? (containers["group"] as ContainerLook);
}

/** Few colours on few grounds, asked for thousands of times a frame. */
const mixtures = new Map<string, string>();

/** `colour` laid over `ground` with the given share, as #rrggbb. */
export function mixed(colour: string, ground: string, share: number): string {
  const key = `${colour}${ground}${share}`;
  const known = mixtures.get(key);
  if (known !== undefined) return known;
  const [a, b] = [channels(colour), channels(ground)];
  const blend = a.map((value, at) => Math.round(value * share + (b[at] as number) * (1 - share)));
  const made = `#${blend.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
  mixtures.set(key, made);
  return made;
}

/** Whether dark lines stand on a colour better than white ones (relative luminance, WCAG 2.2). */
export function isLight(colour: string): boolean {
  const [red, green, blue] = channels(colour).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.3;
}

function channels(colour: string): number[] {
  const hex = /^#([0-9a-f]{6})$/i.exec(colour)?.[1] ?? "64748b";
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
