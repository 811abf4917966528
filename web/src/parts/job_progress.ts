/** A job at work: followed by the events that the server sends; asked about where none come through. */

import type { Api } from "../state/api.js";
import type { Job } from "../state/contract.js";
import { Problem, isAbort } from "../state/problem.js";

const POLL_MS = 700;
const ENDED = new Set(["succeeded", "partial", "failed", "cancelled"]);
/** A server that does not answer for so many questions is taken to be gone. */
const MOST_SILENT = 20;
/** So many streams in a row that end without a word, and a proxy is taken to swallow them. */
const MOST_MUTE = 2;

export type JobDoor = Pick<Api, "read" | "jobEvents">;

/**
 * Follow a job until it has ended; `told` hears each step. Short losses of the connection are sat out.
 *
 * Events come as they happen, and after a loss from where they broke off. Where they do not come through, the job is
 * asked about again and again.
 */
export async function follow(
  api: JobDoor,
  id: string,
  signal: AbortSignal,
  told: (job: Job) => void,
  pause: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms)),
): Promise<Job> {
  let last = "";
  let mute = 0;
  for (let silent = 0; ; ) {
    try {
      let job = await api.read<Job>(`/jobs/${encodeURIComponent(id)}`, {}, signal);
      silent = 0;
      told(job);
      if (ENDED.has(job.status)) return job;
      if (mute < MOST_MUTE) {
        mute++;
        for await (const event of api.jobEvents(id, last, signal)) {
          mute = 0;
          last = event.id || last;
          const said = JSON.parse(event.data) as Record<string, unknown>;
          if (event.name === "progress") job = { ...job, progress: said };
          if (event.name === "end") job = said as unknown as Job;
          told(job);
          if (event.name === "end") return job;
        }
      }
    } catch (thrown) {
      if (isAbort(thrown) || (thrown instanceof Problem && thrown.status > 0 && thrown.status < 500)) throw thrown;
      if (++silent > MOST_SILENT) throw thrown;
    }
    await pause(POLL_MS);
    signal.throwIfAborted();
  }
}
