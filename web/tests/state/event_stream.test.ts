import assert from "node:assert/strict";
import { test } from "node:test";
import { eventsIn } from "../../src/state/event_stream.js";

function stream(...parts: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(encoder.encode(part));
      controller.close();
    },
  });
}

async function read(...parts: string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const event of eventsIn(stream(...parts))) found.push(`${event.id}|${event.name}|${event.data}`);
  return found;
}

test("events are read however the network cuts them", async () => {
  const text = 'retry: 2000\n\n: still there\n\nid: 7\nevent: progress\ndata: {"done":\ndata: 1}\n\nevent: end\r\ndata: {}\r\n\r\n';
  const expected = ['7|progress|{"done":\n1}', "7|end|{}"];
  assert.deepEqual(await read(text), expected);
  assert.deepEqual(await read(...text), expected);
});

test("an event that was cut off is none", async () => {
  assert.deepEqual(await read("data: whole\n\ndata: ha"), ["|message|whole"]);
  assert.deepEqual(await read("data: ha\n"), []);
  assert.deepEqual(await read(), []);
});

test("letters of several bytes are read across a cut", async () => {
  const bytes = new TextEncoder().encode("data: é👤\n\n");
  const cut = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  for await (const event of eventsIn(cut)) assert.equal(event.data, "é👤");
});
