/**
 * Filter expressions as the API reads them: terms separated by spaces, quoted as in a shell; several values by commas.
 * `type=aws.ec2.*,aws.lambda.* region=eu-west-1 tag:env=prod`.
 */

export type Term = { key: string; values: string[] };

/** The names by which one can choose values from a list. */
export const FACETS = ["provider", "type", "region", "account", "state"] as const;
const LISTS = new Set<string>([...FACETS, "kind", "id"]);

/** Terms of an expression; what is no `key=value` stands under the key "". An open quote ends at the end. */
export function parseFilter(text: string): Term[] {
  return words(text).map((word) => {
    const cut = word.indexOf("=");
    const key = cut < 0 ? "" : word.slice(0, cut);
    if (cut < 0 && word.startsWith("tag:")) return { key: word, values: [] };
    const value = cut < 0 ? word : word.slice(cut + 1);
    return { key, values: LISTS.has(key) ? value.split(",").filter(Boolean) : [value] };
  });
}

export function filterText(terms: readonly Term[]): string {
  return terms
    .filter((term) => term.values.length > 0 || term.key.startsWith("tag:"))
    .map((term) => quoted(term.key === "" ? term.values.join("") : term.values.length === 0 ? term.key : `${term.key}=${term.values.join(",")}`))
    .join(" ");
}

/** The values chosen for a facet. */
export function chosen(text: string, key: string): string[] {
  return parseFilter(text).flatMap((term) => (term.key === key ? term.values : []));
}

/** The expression with other values for a facet; everything else in it stays. */
export function withValues(text: string, key: string, values: readonly string[]): string {
  const rest = parseFilter(text).filter((term) => term.key !== key);
  return filterText([...rest, { key, values: [...values] }]);
}

export function withTag(text: string, key: string, value: string): string {
  const name = `tag:${key}`;
  return filterText([...parseFilter(text).filter((term) => term.key !== name), { key: name, values: value ? [value] : [] }]);
}

function quoted(word: string): string {
  return /^[\w@%+=:,./*-]+$/.test(word) ? word : `'${word.replace(/'/g, `'"'"'`)}'`;
}

/** As `shlex.split` of Python's standard library does it, which the server uses. */
function words(text: string): string[] {
  const found: string[] = [];
  let word = "";
  let inside = false;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (quote === "'") {
      if (char === "'") quote = "";
      else word += char;
    } else if (quote === '"') {
      if (char === '"') quote = "";
      else if (char === "\\" && /["\\]/.test(text[at + 1] ?? "")) word += text[++at];
      else word += char;
    } else if (char === "'" || char === '"') {
      quote = char;
      inside = true;
    } else if (char === "\\") {
      word += text[++at] ?? "";
      inside = true;
    } else if (/\s/.test(char)) {
      if (inside) found.push(word);
      word = "";
      inside = false;
    } else {
      word += char;
      inside = true;
    }
  }
  if (inside) found.push(word);
  return found;
}
