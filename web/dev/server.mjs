/**
 * A stand-in for the CloudViz server while the web client is developed: the built bundle, and canned answers in
 * the API's own form. Sign in with anything; `?code=` links work too. Not part of the bundle.
 *
 *     npm run dev                          about a hundred boxes, http://127.0.0.1:8123
 *     NODES=20000 PORT=8124 npm run dev    a large estate
 */

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { coverage, estate } from "./estate.mjs";

const bundle = join(dirname(fileURLToPath(import.meta.url)), "../../src/cloudviz/api/bundle");
const port = Number(process.env.PORT ?? 8123);
const { resources, scene } = estate(Number(process.env.NODES ?? 100));
resources.sort((a, b) => (a.id < b.id ? -1 : 1));
const sceneBytes = JSON.stringify(scene);
const tokens = { access_token: "dev", refresh_token: "dev", token_type: "bearer", expires_in: 900 };
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".txt": "text/plain" };
const HEADERS = { "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:", "X-Content-Type-Options": "nosniff" };

function json(answer, body, status = 200, type = "application/json") {
  answer.writeHead(status, { ...HEADERS, "Content-Type": type });
  answer.end(typeof body === "string" ? body : JSON.stringify(body));
}

function problem(answer, status, code, detail, hint) {
  json(answer, { type: "about:blank", title: code, status, code, detail, hint }, status, "application/problem+json");
}

function selected(query) {
  const q = (query.get("q") ?? "").toLowerCase();
  const fits = (name, value) => query.getAll(name).length === 0 || query.getAll(name).includes(value ?? "");
  return resources.filter(
    (item) =>
      (item.name.toLowerCase().includes(q) || item.id.toLowerCase().includes(q)) &&
      ["provider", "type", "region", "account", "state"].every((name) => fits(name, item[name])),
  );
}

const routes = {
  "POST /auth/login": async (_, answer, body) =>
    body.password === "wrong"
      ? problem(answer, 401, "unauthorized", "The username or the password is wrong.", "Check both and try again.")
      : json(answer, tokens),
  "POST /auth/exchange": async (_, answer, body) =>
    body.code === "used" ? problem(answer, 401, "unauthorized", "This code was used already.", "Ask for a new link.") : json(answer, tokens),
  "POST /auth/refresh": async (_, answer) => json(answer, tokens),
  "POST /auth/logout": async (_, answer) => answer.writeHead(204).end(),
  "GET /auth/me": async (_, answer) => json(answer, { username: "admin", roles: ["admin"] }),
  "GET /visualization/layouts": async (_, answer) => json(answer, { items: [{ name: "hierarchical", title: "Hierarchical", is_default: true }] }),
  "GET /visualization/map/icons": async (_, answer) => problem(answer, 404, "not_found", "no icons", ""),
  "GET /visualization/map/coverage": async (_, answer) => json(answer, coverage),
  // The whole estate in one tile; the real server cuts larger ones.
  "GET /visualization/map/atlas": async (url, answer) => {
    const filter = url.searchParams.get("filter") ?? "";
    if (filter === "bad") return problem(answer, 422, "invalid", "the filter term 'bad' is not understood", "Use provider=, type=, kind=, region=.");
    if (filter === "none") return problem(answer, 404, "not_found", "there is nothing to draw: no resource matches", "Loosen the filter.");
    const { width, height, title, layout, theme, summary } = scene;
    return json(answer, {
      format: "cloudviz.atlas/1", version: "dev", width, height, title, layout, theme, summary, tile: 512, born: 20, levels: 1,
      boxes: scene.nodes.length, lines: scene.edges.length, layers: [], layer: null,
    });
  },
  "GET /visualization/map/tiles": async (_, answer) => json(answer, `{"version":"dev","tiles":{"0.0.0":${sceneBytes}}}`),
  "GET /visualization/map/place": async (url, answer) => {
    const wanted = url.searchParams.getAll("id");
    const node = scene.nodes.find((each) => wanted.includes(each.id) || each.members.some((member) => wanted.includes(member)));
    return node ? json(answer, { of: node.id, node, path: [] }) : problem(answer, 404, "not_found", "the map has no box for it", "");
  },
  "GET /visualization/map/around": async (url, answer) => {
    const node = scene.nodes.find((each) => each.id === url.searchParams.get("id"));
    json(answer, { nodes: node ? [node] : [], edges: [], more: false });
  },
  "GET /visualization/map/children": async (url, answer) => {
    const parent = url.searchParams.get("parent") || null;
    json(answer, { items: scene.nodes.filter((each) => each.parent === parent), next_cursor: null });
  },
  "GET /discoveries": async (_, answer) => json(answer, { items: [], next_cursor: null }),
  "GET /visualization/views": async (_, answer) => json(answer, { items: [], next_cursor: null }),
  "GET /visualization/map/picture": async (url, answer) => {
    const format = url.searchParams.get("format");
    if (format === "pdf") return problem(answer, 503, "unavailable", "PDF needs a library that is missing.", "Install libfreetype.");
    answer.writeHead(200, { ...HEADERS, "Content-Disposition": `attachment; filename="acme.${format}"`, "Content-Type": "application/octet-stream" });
    answer.end("canned");
  },
  "GET /resources/facets": async (url, answer) => {
    const facets = {};
    for (const name of ["provider", "type", "region", "account", "state"]) {
      facets[name] = {};
      for (const item of selected(url.searchParams)) facets[name][item[name] ?? ""] = (facets[name][item[name] ?? ""] ?? 0) + 1;
    }
    json(answer, facets);
  },
  "GET /resources": async (url, answer) => {
    const found = selected(url.searchParams);
    const start = Number(url.searchParams.get("cursor") ?? 0);
    const end = start + Number(url.searchParams.get("limit") ?? 50);
    json(answer, { items: found.slice(start, end), next_cursor: end < found.length ? String(end) : null });
  },
};

async function resource(url, answer) {
  const id = decodeURIComponent(url.pathname.slice("/resources/".length));
  const found = resources.find((item) => item.id === id);
  if (!found) return problem(answer, 404, "not_found", `There is no resource ${id}`, "It may have gone.");
  const others = resources.slice(0, 20);
  json(answer, {
    resource: found,
    links: others.map((other, at) => ({ source: at % 2 ? id : other.id, target: at % 2 ? other.id : id, kind: ["uses", "attached_to", "guarded_by"][at % 3], resolved: at !== 3 })),
    source: "dev", seen_by: ["dev", "file:prod.tfstate"], source_discovery: "dev", first_seen_at: "2026-11-01T08:00:00Z", last_seen_at: "2026-11-24T08:00:00Z",
  });
}

async function file(url, answer) {
  const path = url.pathname === "/" ? "index.html" : normalize(url.pathname).replace(/^\/+/, "");
  try {
    const bytes = await readFile(join(bundle, path));
    answer.writeHead(200, { ...HEADERS, "Content-Type": TYPES[extname(path)] ?? "application/octet-stream" });
    answer.end(bytes);
  } catch {
    problem(answer, 404, "not_found", "There is no such page.", "");
  }
}

createServer(async (request, answer) => {
  const url = new URL(request.url, "http://localhost");
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString() || "{}") : {};
  const route = routes[`${request.method} ${url.pathname}`];
  if (route) await route(url, answer, body);
  else if (url.pathname.startsWith("/resources/")) await resource(url, answer);
  else await file(url, answer);
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/#/sign-in?code=dev`));
