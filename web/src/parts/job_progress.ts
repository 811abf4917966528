/** A job at work: asked about until it ends. */

import type { Api } from "../state/api.js";
import type { Job } from "../state/contract.js";
import { Problem, isAbort } from "../state/problem.js";

const POLL_MS = 700;
const ENDED = new Set(["succeeded", "partial", "failed", "cancelled"]);
/** A server that does not answer for so many questions is taken to be gone. */
const MOST_SILENT = 20;

/** Ask about a job until it has ended; `told` hears each answer. Short losses of the connection are sat out. */
export async function follow(api: Api, id: string, signal: AbortSignal, told: (job: Job) => void): Promise<Job> {
  for (let silent = 0; ; ) {
    try {
      const job = await api.read<Job>(`/jobs/${encodeURIComponent(id)}`, {}, signal);
      silent = 0;
      told(job);
      if (ENDED.has(job.status)) return job;
    } catch (thrown) {
      if (isAbort(thrown) || (thrown instanceof Problem && thrown.status > 0 && thrown.status < 500)) throw thrown;
      if (++silent > MOST_SILENT) throw thrown;
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
    signal.throwIfAborted();
  }
}
