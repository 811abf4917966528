/** Following a job: by its events, and by asking where none come. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type JobDoor, follow } from "../../src/parts/job_progress.js";
import type { Job } from "../../src/state/contract.js";
import type { ServerEvent } from "../../src/state/event_stream.js";
import { Problem } from "../../src/state/problem.js";

const job = (status: string, done = 0): Job => ({ id: "1", kind: "discover", status, progress: { done } }) as unknown as Job;

/** A server that answers questions about a job in turn, and whose streams say what is written down. */
function door(answers: (Job | Error)[], streams: ServerEvent[][]): JobDoor & { asked: number; after: string[] } {
  const made = {
    asked: 0,
    after: [] as string[],
    read: async () => {
      const answer = answers[Math.min(made.asked++, answers.length - 1)]!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    jobEvents: async function* (_id: string, last: string) {
      made.after.push(last);
      yield* streams.shift() ?? [];
    },
  };
  return made as unknown as JobDoor & { asked: number; after: string[] };
}

const event = (id: string, name: string, data: object): ServerEvent => ({ id, name, data: JSON.stringify(data) });
const now = async (): Promise<void> => undefined;

async function followed(api: JobDoor): Promise<[string, unknown][]> {
  const told: [string, unknown][] = [];
  await follow(api, "1", new AbortController().signal, (each) => told.push([each.status, each.progress["done"]]), now);
  return told;
}

test("events tell each step, and the job is asked about once", async () => {
  const api = door([job("running")], [[event("1", "started", {}), event("2", "progress", { done: 3 }), event("", "end", job("succeeded", 5))]]);
  assert.deepEqual(await followed(api), [["running", 0], ["running", 0], ["running", 3], ["succeeded", 5]]);
  assert.equal(api.asked, 1);
});

test("a stream that breaks off is taken up after the last event", async () => {
  const api = door([job("running")], [[event("7", "progress", { done: 1 })], [event("9", "end", job("partial", 2))]]);
  assert.equal((await followed(api)).at(-1)![0], "partial");
  assert.deepEqual(api.after, ["", "7"]);
});

test("where no events come through the job is asked about", async () => {
  const api = door([job("queued"), job("running", 1), job("running", 2), job("running", 3), job("succeeded", 4)], []);
  assert.deepEqual((await followed(api)).map(([, done]) => done), [0, 1, 2, 3, 4]);
  assert.equal(api.after.length, 2);
});

test("a server that restarts is waited for, a job that is not there is not", async () => {
  const away = new Problem(503, "unavailable", "", "");
  assert.equal((await followed(door([away, away, job("failed")], []))).at(-1)![0], "failed");
  await assert.rejects(followed(door([new Problem(404, "not_found", "", "")], [])), (thrown: Problem) => thrown.status === 404);
});
