/** Who is signed in, and what is said of refusals: the client with the tab's storage. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudViz } from "@cloudviz/client";
import { asProblem } from "../../src/state/problem.js";
import { given } from "../../src/state/query.js";
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

/** A server that knows the access token `good`, and gives it for the refresh token `spare`, once. */
function house(refreshToken = "spare") {
  const asked: string[] = [];
  let spare = true;
  const fetch = (async (path: string, init: RequestInit = {}) => {
    asked.push(path);
    if (path === "/auth/refresh") {
      if (JSON.parse(init.body as string).refresh_token !== "spare" || !spare) return problem(401, { code: "unauthenticated", detail: "used up" });
      spare = false;
      return Response.json({ access_token: "good", refresh_token: "next", token_type: "bearer", expires_in: 900 });
    }
    const { Authorization } = init.headers as Record<string, string>;
    return Authorization === "Bearer good" ? Response.json({ items: [], next_cursor: null }) : problem(401, { code: "unauthenticated", detail: "expired" });
  }) as unknown as typeof globalThis.fetch;
  const kept = storage();
  const session = new Session(kept);
  session.save({ token: "old", refreshToken });
  return { client: new CloudViz("", { tokens: session, fetch }), session, asked, kept };
}

function problem(status: number, body: object): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/problem+json" } });
}

test("a token that ran out is renewed once for many, and kept for the tab", async () => {
  const { client, session, asked, kept } = house();
  await Promise.all([client.map.coverage(), client.resources.facets(), client.auth.me()]);
  assert.equal(asked.filter((each) => each === "/auth/refresh").length, 1);
  assert.equal(session.load()?.token, "good");
  assert.equal(new Session(kept).load()?.refreshToken, "next");
});

test("where there is no renewal the session ends, and those who listen hear of it once", async () => {
  const { client, session, kept } = house("stolen");
  let heard = 0;
  session.onEnd(() => heard++);
  const asked = [client.map.coverage(), client.resources.facets()].map((each) => each.catch((thrown: unknown) => asProblem(thrown).status));
  assert.deepEqual(await Promise.all(asked), [401, 401]);
  assert.equal(heard, 1);
  assert.equal(session.signedIn, false);
  assert.equal(kept.content.size, 0);
});

test("a broken storage is no session", () => {
  const { kept } = house();
  assert.equal(new Session(kept).load()?.token, "old");
  for (const broken of ["{", '{"access": 7}', "[]", "null"]) {
    kept.setItem("cloudviz.session", broken);
    assert.equal(new Session(kept).signedIn, false);
  }
});

test("a refusal of the server is told in its words, any other in ours", async () => {
  const answers = [
    problem(422, { title: "Invalid", detail: "the filter is open", hint: "Close the quote.", code: "invalid" }),
    new Response("<html>Bad gateway</html>", { status: 502 }),
    new Response("", { status: 429, headers: { "Retry-After": "7" } }),
  ];
  const client = new CloudViz("", { attempts: 0, fetch: (async () => answers.shift()) as unknown as typeof fetch });
  const told = [];
  for (let round = 0; round < 3; round++) told.push(asProblem(await client.map.coverage().catch((thrown: unknown) => thrown)));
  assert.deepEqual(told[0], { status: 422, detail: "the filter is open", hint: "Close the quote." });
  assert.match(told[1]!.detail, /502/);
  assert.match(told[2]!.hint, /7 seconds/);
});

test("no answer at all is told as such and does not end the session", async () => {
  const session = new Session(storage());
  session.save({ token: "a", refreshToken: "b" });
  const client = new CloudViz("", { tokens: session, attempts: 0, fetch: () => Promise.reject(new TypeError("failed")) });
  const told = asProblem(await client.map.coverage().catch((thrown: unknown) => thrown));
  assert.equal(told.status, 0);
  assert.ok(told.hint);
  assert.ok(session.signedIn);
});

test("a query leaves out what is empty", () => {
  assert.deepEqual(given({ a: 1, b: "", c: null, d: ["x"], e: false, f: true, g: 0 }), { a: 1, d: ["x"], f: true, g: 0 });
});
