import assert from "node:assert/strict";
import { test } from "node:test";
import { Api, fileName, queryString } from "../../src/state/api.js";
import { Problem, asProblem } from "../../src/state/problem.js";
import { Session, type Store } from "../../src/state/session.js";

/** A storage as browsers have it. */
function storage(): Store & { content: Map<string, string> } {
  const content = new Map<string, string>();
  return {
    content,
    getItem: (key) => content.get(key) ?? null,
    setItem: (key, value) => void content.set(key, value),
    removeItem: (key) => void content.delete(key),
  };
}

interface Asked {
  path: string;
  token: string | null;
  body: unknown;
}

/** A server that knows the access token `good`, and gives it for the refresh token `spare`, once. */
function house(options: { access?: string; refresh?: string } = {}) {
  const asked: Asked[] = [];
  let spare = true;
  const fetcher = (async (path: string, init: RequestInit = {}) => {
    const headers = init.headers as Record<string, string>;
    const body = init.body ? JSON.parse(init.body as string) : null;
    asked.push({ path, token: headers["Authorization"] ?? null, body });
    if (path === "/auth/refresh") {
      if (body.refresh_token !== "spare" || !spare) return problem(401, { detail: "used up" });
      spare = false;
      return Response.json({ access_token: "good", refresh_token: "next", token_type: "bearer", expires_in: 900 });
    }
    if (headers["Authorization"] !== "Bearer good") return problem(401, { detail: "expired" });
    return Response.json({ items: [], next_cursor: null });
  }) as unknown as typeof fetch;
  const kept = storage();
  const session = new Session(kept);
  session.begin({ access_token: options.access ?? "old", refresh_token: options.refresh ?? "spare", token_type: "bearer", expires_in: 1 });
  return { api: new Api(session, "", fetcher), session, asked, kept };
}

function problem(status: number, body: object): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/problem+json" } });
}

test("a token that ran out is renewed once, and the request asked again", async () => {
  const { api, session, asked } = house();
  await api.resources({ q: "web" });
  assert.deepEqual(asked.map((each) => each.path), ["/resources?q=web", "/auth/refresh", "/resources?q=web"]);
  assert.equal(session.accessToken, "good");
  assert.equal(session.refreshToken, "next");
});

test("requests side by side share one renewal, since a refresh token is good for one", async () => {
  const { api, asked } = house();
  await Promise.all([api.resources({}), api.coverage(), api.facets({})]);
  assert.equal(asked.filter((each) => each.path === "/auth/refresh").length, 1);
});

test("where there is no renewal the session ends, and those who listen hear of it once", async () => {
  const { api, session, kept } = house({ refresh: "stolen" });
  let heard = 0;
  session.onEnd(() => heard++);
  await assert.rejects(Promise.all([api.resources({}), api.coverage()]), (thrown) => (thrown as Problem).signedOut);
  assert.equal(heard, 1);
  assert.equal(session.signedIn, false);
  assert.equal(kept.content.size, 0);
});

test("a session outlives the page, and broken storage is no session", () => {
  const { kept } = house();
  assert.equal(new Session(kept).accessToken, "old");
  kept.setItem("cloudviz.session", "{");
  assert.equal(new Session(kept).signedIn, false);
  kept.setItem("cloudviz.session", '{"access": 7}');
  assert.equal(new Session(kept).signedIn, false);
});

test("a problem document becomes detail and hint, other refusals get words of ours", async () => {
  const answers = [
    problem(422, { title: "Invalid", detail: "the filter is open", hint: "Close the quote.", code: "invalid" }),
    new Response("<html>Bad gateway</html>", { status: 502 }),
    new Response("", { status: 429, headers: { "Retry-After": "7" } }),
  ];
  const session = new Session(storage());
  const api = new Api(session, "", (async () => answers.shift() as Response) as unknown as typeof fetch);
  const told: Problem[] = [];
  for (let round = 0; round < 3; round++) await api.coverage().catch((thrown: unknown) => told.push(asProblem(thrown)));
  assert.deepEqual([told[0]!.detail, told[0]!.hint, told[0]!.code], ["the filter is open", "Close the quote.", "invalid"]);
  assert.match(told[1]!.detail, /502/);
  assert.match(told[2]!.hint, /7 seconds/);
});

test("no answer at all is told as such and does not end the session", async () => {
  const session = new Session(storage());
  session.begin({ access_token: "a", refresh_token: "b", token_type: "bearer", expires_in: 1 });
  const api = new Api(session, "", (() => Promise.reject(new TypeError("failed"))) as unknown as typeof fetch);
  const told = asProblem(await api.coverage().catch((thrown: unknown) => thrown));
  assert.equal(told.status, 0);
  assert.ok(told.hint);
  assert.ok(session.signedIn);
});

test("ids go into the path whole", async () => {
  const { api, asked } = house({ access: "good" });
  await api.resource("//compute.googleapis.com/projects/p/a b?c#d");
  assert.equal(asked[0]!.path, "/resources/%2F%2Fcompute.googleapis.com%2Fprojects%2Fp%2Fa%20b%3Fc%23d");
});

test("a query leaves out what is empty and repeats what is several", () => {
  assert.equal(queryString({ a: 1, b: "", c: null, d: ["x", "y&z"], e: false, f: true, g: 0 }), "?a=1&d=x&d=y%26z&f=true&g=0");
  assert.equal(queryString({}), "");
});

test("file names come from the header, without folders", () => {
  assert.equal(fileName('attachment; filename="cloudviz.svg"'), "cloudviz.svg");
  assert.equal(fileName("attachment; filename=plain.pdf"), "plain.pdf");
  assert.equal(fileName("attachment; filename=\"x.png\"; filename*=UTF-8''caf%C3%A9.png"), "café.png");
  assert.equal(fileName('attachment; filename="../../etc/passwd"'), "passwd");
  assert.equal(fileName("attachment; filename*=UTF-8''%E0%A4%A"), null);
  assert.equal(fileName(null), null);
});
