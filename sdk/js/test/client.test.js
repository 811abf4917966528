/** Before servers that misbehave on purpose, and what the client verifies by itself. */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { test } from "node:test";
import { CloudViz, EventReader, NotGenuine, NotReached, Refused, retryAfter, verifyWebhook } from "../src/index.js";

/** Carry something out before a server that gives these answers in turn; null is a line that breaks. */
async function before(answers, work) {
  const asked = [];
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      asked.push({ what: `${request.method} ${request.url}`, headers: request.headers });
      const given = answers.shift();
      if (!given) return response.destroy();
      const [status, headers, body] = given;
      response.writeHead(status, { connection: "close", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(`http://127.0.0.1:${server.address().port}/base`);
  } finally {
    server.close();
  }
  return asked;
}

const JSON_TYPE = { "content-type": "application/json" };
const quick = { chance: () => 0, attempts: 3 };

test("a start is repeated with the same key", async () => {
  const limited = [429, { ...JSON_TYPE, "retry-after": "0" }, { code: "too-many-requests", detail: "Slowly." }];
  const accepted = [202, JSON_TYPE, { job_id: "j", discovery_id: "d", status: "queued" }];
  const asked = await before([null, [502, {}, "<h1>"], limited, accepted], async (url) => {
    const job = await new CloudViz(url, quick).aws.discover({ body: { regions: ["eu-west-1"] } });
    assert.deepEqual([job.id, job.discoveryId], ["j", "d"]);
  });
  assert.equal(asked.length, 4);
  assert.equal(new Set(asked.map((each) => each.headers["idempotency-key"])).size, 1);
});

test("what may not be done twice is not repeated", async () => {
  const asked = await before([null, [503, JSON_TYPE, { code: "unavailable", detail: "Away.", hint: "Wait." }]], async (url) => {
    const hook = { body: { url: "https://example.org" } };
    await assert.rejects(new CloudViz(url, quick).webhooks.register(hook), NotReached);
    await assert.rejects(
      new CloudViz(url, quick).webhooks.register(hook),
      (error) => error instanceof Refused && error.code === "unavailable" && error.hint === "Wait.",
    );
  });
  assert.equal(asked.length, 2);
});

test("a token is renewed once for many", async () => {
  const grant = { access_token: "new", refresh_token: "next", token_type: "bearer", expires_in: 900 };
  const over = [401, JSON_TYPE, { code: "unauthenticated" }];
  const me = [200, JSON_TYPE, { username: "ada" }];
  const asked = await before([over, [200, JSON_TYPE, grant], me, me], async (url) => {
    const client = new CloudViz(url, { token: "old", refreshToken: "r", ...quick });
    await client.auth.me();
    await client.auth.me();
  });
  assert.deepEqual(
    asked.map((each) => each.headers.authorization),
    ["Bearer old", undefined, "Bearer new", "Bearer new"],
  );
});

test("events go on behind the last one", async () => {
  const type = { "content-type": "text/event-stream" };
  const first = 'retry: 1\n\nid: 41\nevent: started\ndata: {}\n\nid: 41\nda';
  const second = 'id: 43\nevent: end\ndata: {"status":"succeeded"}\n\n';
  const asked = await before([[200, type, first], null, [200, type, second]], async (url) => {
    const told = [];
    for await (const each of new CloudViz(url, quick).jobs.events({ job_id: "j" })) told.push(each.event);
    assert.deepEqual(told, ["started", "end"]);
  });
  assert.equal(asked.at(-1).headers["last-event-id"], "41");
});

test("events in pieces of any size", () => {
  const stream = new TextEncoder().encode('id:1\r\ndata: "é"\r\n\r\ndata: [1,\ndata: 2]\n\nevent: x\rdata: y\r\r\n');
  for (const size of [1, 2, 3, 7, 1000]) {
    const reader = new EventReader();
    const told = [];
    for (let at = 0; at < stream.length; at += size) told.push(...reader.feed(stream.subarray(at, at + size)));
    assert.deepEqual(
      told.map((each) => [each.event, each.data]),
      [["message", "é"], ["message", [1, 2]], ["x", "y"]],
    );
  }
});

test("Retry-After as seconds or as a date", () => {
  assert.equal(retryAfter("120"), 120);
  assert.equal(retryAfter("Tue, 24 Nov 2026 08:00:30 GMT", Date.UTC(2026, 10, 24, 8)), 30);
  assert.equal(retryAfter("soon"), undefined);
});

test("webhooks are verified as the standard says", async () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLawl";
  const body = '{"type":"change.detected"}';
  const key = Buffer.from(secret.slice(6), "base64");
  const signature = createHmac("sha256", key).update(`msg_1.1000.${body}`).digest("base64");
  const headers = { "webhook-id": "msg_1", "webhook-timestamp": "1000", "webhook-signature": `v1,AAAA v1,${signature}` };
  const at = { now: 1100 };
  assert.deepEqual(await verifyWebhook(secret, headers, body, at), { type: "change.detected" });
  for (const [other, given, text, when] of [
    ["whsec_AAAA", headers, body, at],
    [secret, headers, `${body} `, at],
    [secret, headers, body, { now: 2000 }],
    [secret, { ...headers, "webhook-id": "msg_2" }, body, at],
    [secret, {}, body, at],
    ["", headers, body, at],
  ]) {
    await assert.rejects(verifyWebhook(other, given, text, when), NotGenuine);
  }
});
