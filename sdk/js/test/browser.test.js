/** What an app in a browser needs of the client: sessions that are kept, signals, progress, jobs followed, file names. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { CloudViz, Job, NotReached, Refused, Unauthenticated, fileName } from "../src/index.js";

/** A server that answers by `how(request, body)` → [status, headers, body]; `work` gets its address. */
async function serving(how, work) {
  const server = createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      const answer = how(request, Buffer.concat(pieces));
      if (!answer) return; // the client has to give up
      const [status, headers, body] = answer;
      response.writeHead(status, { connection: "close", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const JSON_TYPE = { "content-type": "application/json" };
const grant = (name, expires_in = 900) => [200, JSON_TYPE, { access_token: name, refresh_token: `r-${name}`, token_type: "bearer", expires_in }];
const refusal = (status) => [status, { "content-type": "application/problem+json" }, { code: "no", detail: "No.", hint: "Yes." }];
const quick = { chance: () => 0, attempts: 1 };

function store(tokens) {
  const kept = { tokens, saved: [] };
  return { kept, load: () => kept.tokens, save: (now) => kept.saved.push((kept.tokens = now)) };
}

test("signing in and out keeps and forgets tokens where the caller says", async () => {
  const asked = [];
  const how = (request) => {
    asked.push([request.url, request.headers.authorization]);
    return request.url === "/auth/login" ? grant("a") : request.url === "/auth/exchange" ? grant("b") : [204, {}, ""];
  };
  await serving(how, async (url) => {
    const tokens = store();
    const client = new CloudViz(url, { tokens, ...quick });
    await client.signIn({ username: "ada", password: "p" });
    assert.equal(tokens.kept.tokens.token, "a");
    assert.ok(tokens.kept.tokens.ends > Date.now());
    await client.signOut();
    assert.equal(tokens.kept.tokens, undefined);
    assert.deepEqual(asked.at(-1), ["/auth/logout", "Bearer a"]);
    await client.signIn({ code: "c" });
    assert.equal(tokens.kept.tokens.refreshToken, "r-b");
  });
  const unreachable = store({ token: "a", refreshToken: "r" });
  await new CloudViz("http://127.0.0.1:1", { tokens: unreachable, ...quick }).signOut();
  assert.equal(unreachable.kept.tokens, undefined);
});

test("a token is renewed before it runs out, and another page's new one is taken", async () => {
  const seen = [];
  const how = (request) => {
    if (request.url === "/auth/refresh") return grant("new");
    seen.push(request.headers.authorization);
    return request.headers.authorization === "Bearer other" || request.headers.authorization === "Bearer new" ? [200, JSON_TYPE, {}] : refusal(401);
  };
  await serving(how, async (url) => {
    const tokens = store({ token: "old", refreshToken: "r", ends: Date.now() - 1 });
    await new CloudViz(url, { tokens, ...quick }).auth.me();
    assert.deepEqual(seen, ["Bearer new"]);
    // What is kept changed while the answer came: it is tried before anything is renewed.
    const changing = store({ token: "stale", refreshToken: "r" });
    const client = new CloudViz(url, { tokens: changing, ...quick, fetch: async (...given) => {
      const answer = await fetch(...given);
      if (changing.kept.tokens.token === "stale") changing.kept.tokens = { token: "other", refreshToken: "r" };
      return answer;
    } });
    await client.auth.me();
    assert.deepEqual(seen, ["Bearer new", "Bearer stale", "Bearer other"]);
    assert.deepEqual(changing.kept.saved, []);
  });
});

test("a session that can't be renewed is over, one that is only not reached is not", async () => {
  await serving(() => refusal(401), async (url) => {
    for (const refreshToken of ["r", ""]) {
      const tokens = store({ token: "old", refreshToken });
      const client = new CloudViz(url, { tokens, ...quick });
      await assert.rejects(Promise.all([client.auth.me(), client.map.coverage()]), Unauthenticated);
      assert.deepEqual(tokens.kept.saved, [undefined]);
    }
  });
  const tokens = store({ token: "old", refreshToken: "r", ends: 0 });
  await assert.rejects(new CloudViz("http://127.0.0.1:1", { tokens, ...quick }).auth.me(), NotReached);
  assert.ok(tokens.kept.tokens);
});

test("a signal ends a request, its waiting and its repeating", async () => {
  let asked = 0;
  await serving(() => (asked++, null), async (url) => {
    const stop = new AbortController();
    const under = new CloudViz(url, quick).resources.facets({ signal: stop.signal });
    setTimeout(() => stop.abort(), 20);
    await assert.rejects(under, { name: "AbortError" });
    await assert.rejects(new CloudViz(url, { ...quick, timeout: 0.05 }).auth.me(), NotReached);
  });
  const limited = [429, { "retry-after": "30" }, {}];
  await serving(() => (asked++, limited), async (url) => {
    asked = 0;
    const stop = new AbortController();
    const under = new CloudViz(url, { ...quick, longest: 60 }).resources.facets({ signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await assert.rejects(under, { name: "AbortError" });
    assert.equal(asked, 1);
  });
});

test("a signal works where there is no AbortSignal.any", async () => {
  const { any } = AbortSignal;
  AbortSignal.any = undefined;
  try {
    await serving(() => null, async (url) => {
      const stop = new AbortController();
      const under = new CloudViz(url, quick).resources.facets({ signal: stop.signal });
      setTimeout(() => stop.abort(), 20);
      await assert.rejects(under, { name: "AbortError" });
    });
  } finally {
    AbortSignal.any = any;
  }
});

test("an upload tells how much is sent", async () => {
  let came;
  const how = (request, body) => {
    came = [request.headers["content-type"], body];
    return [201, JSON_TYPE, { resources: 3 }];
  };
  await serving(how, async (url) => {
    const shares = [];
    const content = new Blob(["x".repeat(300_000)]);
    const files = [{ name: "a.json", content }];
    const done = await new CloudViz(url, quick).imports.upload({ files, onProgress: (share) => shares.push(share) });
    assert.equal(done.resources, 3);
    assert.ok(shares.length > 1);
    assert.deepEqual(shares, [...shares].sort((a, b) => a - b));
    assert.equal(shares.at(-1), 1);
    const [type, body] = came;
    const form = await new Response(body, { headers: { "content-type": type } }).formData();
    assert.deepEqual([form.get("file").name, form.get("file").size], ["a.json", 300_000]);
  });
});

test("a file has the name that the server gave it", async () => {
  const how = () => [200, { "content-type": "image/svg+xml", "content-disposition": 'attachment; filename="shop.svg"' }, "<svg/>"];
  await serving(how, async (url) => {
    const file = await new CloudViz(url, quick).map.picture({ format: "svg" });
    assert.deepEqual([file.name, file.type, await file.text()], ["shop.svg", "image/svg+xml", "<svg/>"]);
  });
  assert.equal(fileName("attachment; filename=plain.pdf"), "plain.pdf");
  assert.equal(fileName("attachment; filename=\"x.png\"; filename*=UTF-8''caf%C3%A9.png"), "café.png");
  assert.equal(fileName('attachment; filename="../../etc/passwd"'), "passwd");
  assert.equal(fileName("attachment; filename*=UTF-8''%E0%A4%A"), "");
  assert.equal(fileName(null), "");
});

/** A server whose job is in these states in turn, and whose streams say what is written down. */
function atWork(states, streams, told) {
  const job = ([status, done]) => ({ id: "1", status, progress: { done } });
  let at = 0;
  return (request) => {
    if (request.url.endsWith("/events")) {
      told.behind.push(request.headers["last-event-id"] ?? "");
      const events = streams.shift();
      if (!events) return [200, { "content-type": "text/html" }, "<p>a proxy"];
      const lines = events.map(([id, event, data]) => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(event === "end" ? job(data) : data)}\n\n`);
      return [200, { "content-type": "text/event-stream" }, lines.join("")];
    }
    told.asked++;
    const state = states[Math.min(at++, states.length - 1)];
    return typeof state === "number" ? refusal(state) : [200, JSON_TYPE, job(state)];
  };
}

async function followed(states, streams) {
  const told = { asked: 0, behind: [], steps: [] };
  await serving(atWork(states, streams, told), async (url) => {
    const job = new CloudViz(url, quick).job("1");
    assert.ok(job instanceof Job);
    const onProgress = (now) => told.steps.push([now.status, now.progress.done]);
    await job.follow({ onProgress, pause: 0.001 });
  });
  return told;
}

test("a job is followed by its events, and asked about once", async () => {
  const told = await followed([["running", 0]], [[[1, "started", {}], [2, "progress", { done: 3 }], [3, "end", ["succeeded", 5]]]]);
  assert.deepEqual(told.steps, [["running", 0], ["running", 0], ["running", 3], ["succeeded", 5]]);
  assert.equal(told.asked, 1);
});

test("a stream that breaks off is taken up behind the last event", async () => {
  const told = await followed([["running", 0]], [[[7, "progress", { done: 1 }]], [[9, "end", ["partial", 2]]]]);
  assert.equal(told.steps.at(-1)[0], "partial");
  assert.deepEqual(told.behind, ["", "7"]);
});

test("where no events come through, a job is asked about", async () => {
  const states = [["queued", 0], ["running", 1], ["running", 2], ["running", 3], ["failed", 4]];
  const told = await followed(states, []);
  assert.deepEqual(told.steps.map(([, done]) => done), [0, 1, 2, 3, 4]);
  assert.equal(told.behind.length, 2);
});

test("a server that restarts is waited for, a job that is not there is not", async () => {
  assert.equal((await followed([500, 500, ["succeeded", 1]], [])).steps.at(-1)[0], "succeeded");
  await assert.rejects(followed([404], []), (error) => error instanceof Refused && error.status === 404);
});
