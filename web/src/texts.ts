/** Every English text that people read, in one place; those of the pages beside the map are next door. */

import { service } from "./texts_service.js";

export const words = {
  product: "CloudViz",
  tagline: "Everything you run, in one picture.",

  service,

  nav: { label: "Views", map: "Map", resources: "Resources", scans: "Scans", automation: "Automation", keys: "API keys", admin: "Administration", signOut: "Sign out", skip: "Skip to the content" },

  signIn: {
    title: "Sign in",
    username: "Username",
    password: "Password",
    go: "Sign in",
    going: "Signing in…",
    expired: "Your session has ended. Please sign in again.",
    linkFailed: "The sign-in link did not work",
    linkHint: "A link works once and for a short time. Sign in with your password, or ask for a new link.",
    missing: "Enter your username and your password.",
    by: (provider: string) => `Sign in with ${provider}`,
    refused: "The sign-in by your identity provider did not succeed.",
    refusedHint: "Try again. Administrators find the reason in the audit.",
    noRole: "Your identity provider knows you, and gives you no role here.",
    noRoleHint: "Ask an administrator for a group that has a role in CloudViz.",
  },

  problem: {
    status: (status: number) => `The server answered with status ${status}.`,
    wait: (seconds: string) => `Try again in ${seconds} seconds.`,
    offline: "You are offline.",
    offlineHint: "Connect to the network and try again.",
    unreachable: "CloudViz does not answer.",
    unreachableHint: "Check that the server is running and that you can reach it, then try again.",
    retry: "Try again",
    dismiss: "Dismiss",
  },

  map: {
    label: "Map of the estate",
    instructions:
      "Drag or use the arrow keys to move, plus and minus to zoom, 0 to see everything. " +
      "Shift with an arrow key selects the next box, Enter opens its details.",
    drawing: "Drawing the map…",
    layingOut: "Laying out the whole estate. This is done once for each state of the inventory…",
    outdated: "The inventory has changed. The map was loaded anew.",
    tilesFailed: "A part of the map could not be loaded",
    steps: (steps: number) => (steps === 1 ? "1 link away" : `${steps} links away`),
    around: "What hangs together",
    wayTo: "Way to another resource",
    way: (steps: number) => (steps === 0 ? "It is the same box." : steps === 1 ? "They are linked directly." : `The way has ${steps} links.`),
    apart: (boxes: string) => `${boxes} boxes set apart`,
    apartOff: "Show everything again",
    failed: "The picture could not be drawn",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    fit: "Show everything",
    empty: "Nothing here yet",
    emptyHint: "Scan a cloud or import a file, and the map appears here.",
    emptyViewer: "An operator has to scan a cloud or import a file first.",
    emptyScan: "Scan a cloud or import files",
    emptyCommands: ["cloudviz discover aws --regions eu-west-1", "cloudviz import terraform.tfstate"],
    emptyReload: "Look again",
    noMatch: "No resource matches",
    noMatchHint: "Nothing in the inventory fits the filter and the focus of this picture.",
    clear: "Clear the filter",
    shown: (resources: string, boxes: string) => `${resources} resources shown as ${boxes} boxes`,
    links: (shown: string, all: string) => (shown === all ? `${all} links` : `${shown} of ${all} links`),
    hidden: "hidden:",
    perMonth: (money: string) => `${money} a month`,
    foldedInto: "This resource has no box of its own. It is drawn as a part of",
    foldedHint: "“Only its surroundings” draws it by itself.",
    noBox: "This resource is not in the present picture. “Only its surroundings” draws it.",
    wayHint: "Choose the other end: on the map, or by search. Escape stops.",
    moreHidden: (count: string) => `${count} more`,
    selected: (label: string, kind: string) => `${label}, ${kind}, selected`,
    costs: (money: string) => `${money}/month`,
    stackOf: (count: string) => `stack of ${count}`,
    holds: (resources: string) => (resources === "1" ? "1 resource" : `${resources} resources`),
    between: (links: string) => (links === "1" ? "1 link between what is inside" : `${links} links between what is inside`),
    linkCount: (count: string) => `${count} links`,
  },

  layers: {
    open: "Colour the map by",
    short: "Layers",
    legend: "What the colours mean",
    names: {
      "": "Kind (no layer)", account: "Account", change: "Change", cost: "Cost a month", coverage: "Coverage",
      provider: "Cloud", region: "Region", state: "State",
    } as Record<string, string>,
    tag: (key: string) => `Tag ${key}`,
    more: (count: number) => `${count} more`,
    failed: "The colours could not be loaded",
  },

  time: {
    label: "Moment",
    now: "Now",
    at: (when: string) => `As of ${when}`,
    compare: "Compare with",
    nothing: "nothing",
    changes: (added: number, changed: number, removed: number) => `+${added} added, ~${changed} changed, −${removed} removed`,
    list: "List the changes",
    none: "Nothing changed between these moments.",
    earlier: "Earlier moment",
    later: "Later moment",
    failed: "The moments could not be loaded",
  },

  changes: {
    title: "What changed",
    close: "Close the list of changes",
    between: (a: string, b: string) => `From ${a} to ${b}`,
    loading: "Comparing…",
    failed: "The two moments could not be compared",
    none: "Nothing changed",
    noneHint: "Both moments hold the same resources in the same states.",
    added: "Added", removed: "Removed", changed: "Changed",
    links: (added: string, removed: string) => `Links: ${added} added, ${removed} removed`,
    field: "Property", before: "Before", after: "After",
    more: (count: number) => `Show ${count} more`,
    absent: "–",
  },

  filters: {
    open: "Filters",
    title: "Filter the map",
    close: "Close the filters",
    loading: "Counting…",
    failed: "The counts could not be loaded",
    clear: "Clear all",
    matching: (count: string) => `${count} resources match`,
    tags: "Tag",
    tagKey: "Key",
    tagValue: "Value (optional)",
    tagAdd: "Add the tag",
  },

  outline: {
    open: "Outline",
    title: "Outline of the map",
    close: "Close the outline",
    loading: "Loading the outline…",
    failed: "The outline could not be loaded",
    holds: (count: string) => `${count} resources`,
    stack: (count: string) => `stack of ${count}`,
    folds: (count: string) => `${count} folded in`,
    folded: "part of this box",
    more: "Show more",
    help: "Arrow keys move and open, Enter shows the resource on the map.",
  },

  views: {
    open: "Saved views",
    title: "Saved views",
    none: "You have saved no view yet.",
    loading: "Loading your views…",
    failed: "Your views could not be loaded",
    name: "Name of this view",
    save: "Save this view",
    saved: (name: string) => `Saved “${name}”`,
    remove: (name: string) => `Remove the view ${name}`,
    share: "Copy a link to this view",
    copied: "The link was copied",
    notCopied: "The browser did not allow copying. The address bar holds the same link.",
  },

  search: {
    label: "Find a resource",
    placeholder: "Name, id, IP, tag or type",
    none: "Nothing found",
    ofType: (type: string) => `Only ${type}`,
    more: "All results in the list",
    results: (count: number) => `${count} found`,
  },

  options: {
    open: "Picture options",
    title: "Picture options",
    layout: "Layout",
    layouts: {
      hierarchical: "Nested (accounts, networks)",
      "force-directed": "Forces",
      circular: "Circular",
      grid: "Grid",
    } as Record<string, string>,
    groupBy: "Group by",
    groups: {
      "": "As it is built",
      account: "Account",
      region: "Region",
      network: "Network",
      kind: "Kind",
    } as Record<string, string>,
    boxes: "Most boxes",
    budget: (count: number) => (count === 0 ? "No limit" : String(count)),
    filter: "Filter",
    filterPlaceholder: "type=aws.ec2.* tag:env=prod",
    filterHint: "provider= type= kind= region= account= state= name= tag:KEY=VALUE",
    costs: "Show monthly costs",
    apply: "Apply",
    reset: "Reset",
    focusedOn: (name: string) => `Only around ${name}`,
    filteredBy: (filter: string) => `Filter: ${filter}`,
    remove: (what: string) => `Remove: ${what}`,
  },

  download: {
    open: "Download",
    title: "Download this picture",
    formats: {
      svg: ["SVG", "sharp at any size"],
      png: ["PNG", "for documents and chat"],
      pdf: ["PDF", "for printing"],
      mermaid: ["Mermaid", "text for Markdown"],
      markdown: ["Markdown", "pages with Mermaid"],
      json: ["JSON", "the picture as data"],
      drawio: ["draw.io", "to edit on"],
      html: ["HTML", "this map in one file"],
      csv: ["CSV", "its resources as a table"],
      xlsx: ["XLSX", "resources, links, coverage"],
    } as Record<string, [string, string]>,
    working: (format: string) => `Making the ${format}…`,
    done: (name: string) => `Saved ${name}`,
    failed: (format: string) => `The ${format} could not be made`,
  },

  coverage: {
    badge: (gaps: number) => (gaps === 1 ? "1 gap" : `${gaps} gaps`),
    badgeLabel: (gaps: number) => `${gaps === 1 ? "1 gap" : `${gaps} gaps`} in what could be seen. Open the coverage.`,
    complete: "Complete",
    completeLabel: "Complete: all that was asked for could be seen. Open the coverage.",
    title: "Coverage",
    blind: "Blind is not empty",
    blindHint: (gaps: number) =>
      `${gaps === 1 ? "One look-up" : `${gaps} look-ups`} did not succeed. What is there is unknown: it may be missing from the picture, and nothing of it is taken for gone.`,
    allSeen: "All that was asked for could be seen.",
    nothing: "No scan has reported yet.",
    nothingHint: "After a scan or an import this panel says what was looked at and what could not be seen.",
    missing: "Missing permission",
    statuses: {
      seen: "seen",
      denied: "Denied",
      throttled: "Throttled",
      timeout: "Timed out",
      failed: "Failed",
      unsupported: "not supported",
      skipped: "skipped",
    } as Record<string, string>,
    advice: {
      denied: "Grant the permission and scan again.",
      throttled: "The cloud slowed us down. Scan again, or with fewer regions at once.",
      timeout: "The cloud did not answer in time. Scan again.",
      failed: "Scan again; if it fails again, the message says why.",
    } as Record<string, string>,
    everywhere: "global",
    unknownAccount: "account unknown",
    looked: "Looked at",
    lookedAt: (count: string) => `${count} look-ups seen in full`,
    more: (count: number) => `Show ${count} more`,
    failedToLoad: "The coverage could not be loaded",
  },

  details: {
    label: "Details",
    close: "Close the details",
    loading: "Loading the details…",
    failed: "The details could not be loaded",
    goneHint: "It may have gone since the picture was drawn. Load the map again.",
    showOnMap: "Show on the map",
    focus: "Only its surroundings",
    console: "Open in the console",
    history: "History",
    historyOf: "Load the history",
    historyNow: "now",
    historyNone: "One state since it was first seen.",
    historyFirst: "First seen",
    historyFailed: "The history could not be loaded",
    firstSeen: "First seen",
    seenBy: "Seen by",
    copy: "Copy id",
    copied: "Copied",
    facts: "Facts",
    tags: "Tags",
    noTags: "No tags",
    links: "Links",
    noLinks: "No links",
    properties: "Properties",
    noProperties: "No further properties",
    members: (count: string) => `${count} resources in this stack`,
    inside: (count: string) => `${count} boxes inside`,
    foldedIn: (count: string) => (count === "1" ? "1 resource folded into this box" : `${count} resources folded into this box`),
    foldedBeside: (count: string) => (count === "1" ? "Folded into this box" : `${count} resources folded into the same box`),
    foldedFailed: "What is folded into this box could not be loaded",
    moreFolded: "Show more",
    more: (count: number) => `Show ${count} more`,
    unresolved: "not in the inventory",
    fields: {
      state: "State",
      kind: "Kind",
      type: "Type",
      account: "Account",
      region: "Region",
      zone: "Zone",
      parent: "Inside",
      cost: "Cost",
      seen: "Last seen",
      id: "Id",
      native: "Native type",
      provider: "Cloud",
    },
    out: {
      contains: "Contains", attached_to: "Attached to", routes_to: "Routes to", uses: "Uses",
      member_of: "Member of", guarded_by: "Guarded by", runs_as: "Runs as",
    } as Record<string, string>,
    in: {
      contains: "Contained in", attached_to: "Attached here", routes_to: "Reached from", uses: "Used by",
      member_of: "Members", guarded_by: "Guards", runs_as: "Identity of",
    } as Record<string, string>,
    items: (count: number) => (count === 1 ? "1 item" : `${count} items`),
    yes: "yes",
    no: "no",
    none: "none",
  },

  resources: {
    title: "Resources",
    search: "Search by name or id",
    loading: "Loading…",
    more: "Load more",
    loadingMore: "Loading more…",
    failed: "The list could not be loaded",
    empty: "Nothing here yet",
    emptyHint: "Scan a cloud or import a file, and its resources are listed here.",
    noMatch: "No resource matches",
    noMatchHint: "Try fewer letters or fewer filters.",
    clear: "Clear all",
    count: (loaded: string, more: boolean) => (more ? `First ${loaded} loaded` : `${loaded} resources`),
    filters: "Filters",
    showFilters: "Filters",
    showAll: (count: number) => `Show all ${count}`,
    showFewer: "Show fewer",
    columns: { name: "Name", type: "Type", region: "Region", account: "Account", state: "State", cost: "Cost a month" },
    facets: { provider: "Cloud", type: "Type", region: "Region", account: "Account", state: "State" } as Record<string, string>,
    noValue: "(none)",
    providers: { aws: "AWS", azure: "Azure", gcp: "Google Cloud" } as Record<string, string>,
  },

  viewer: {
    instructions:
      "Drag or use the arrow keys to move, plus and minus to zoom, 0 to see everything, slash to search. " +
      "Shift with an arrow key selects the next box, Enter opens its details.",
    about: "In short",
    change: "Change",
    marked: "Looked for",
    console: "Open in the cloud's console",
    page: "Open its page",
    legend: "Legend",
    collapsed: (kind: string) => `${kind}, collapsed`,
    line: "Link",
    thick: "Several links",
    stack: "Like resources, stacked",
  },

  notFound: { title: "There is no such page", back: "Go to the map" },
};

/** `virtual_machine` as people write it. */
export function humanKind(kind: string): string {
  if (kind === "") return "";
  const text = kind.replace(/_/g, " ").replace(/^(api|cdn|dns)\b/, (word) => word.toUpperCase());
  return text[0]!.toUpperCase() + text.slice(1);
}

const counts = new Intl.NumberFormat("en-GB");

export function count(value: number): string {
  return counts.format(value);
}

/** An amount of money; with a currency that is none of ISO 4217's the code stands behind the number. */
export function money(amount: number, currency: string | null): string {
  const digits = Math.abs(amount) >= 1000 ? 0 : 2;
  try {
    return new Intl.NumberFormat("en-GB", {
      style: "currency", currency: currency || "USD", currencyDisplay: "narrowSymbol",
      minimumFractionDigits: digits, maximumFractionDigits: digits,
    }).format(amount);
  } catch {
    return `${amount.toFixed(digits)} ${currency}`;
  }
}

/** The part of an ARN, ARM id or full resource name that people call it by. */
export function shortId(id: string): string {
  const parts = id.split(/[/]/).filter(Boolean);
  const last = parts.at(-1) ?? id;
  return last.startsWith("arn:") ? (last.split(":").at(-1) ?? id) : last;
}

const moments = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** An instant (RFC 3339) in the reader's own time zone; what is none as it is. */
export function moment(instant: string): string {
  const time = new Date(instant);
  return Number.isNaN(time.getTime()) ? instant : moments.format(time);
}
