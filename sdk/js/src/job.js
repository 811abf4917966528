/** Jobs that the server carries out. */

import { CloudVizError, JobFailed, Refused } from "./errors.js";
import { EventReader, eventsOf, sleep } from "./events.js";

const FINAL = new Set(["succeeded", "partial", "failed", "cancelled"]);
/** Streams in a row that end without a word: then a proxy is taken to swallow them, and the job is asked about. */
const MOST_MUTE = 2;
const POLL_SECONDS = 0.7;
/** A server that does not answer for so many questions is taken to be gone. */
const MOST_SILENT = 6;

/** A job that the server carries out; `accepted` is what it answered. */
export class Job {
  #client;

  constructor(client, accepted) {
    this.#client = client;
    this.accepted = accepted;
    this.id = accepted.job_id;
    this.discoveryId = accepted.discovery_id ?? "";
  }

  status({ signal } = {}) {
    return this.#client.request("jobs_job", { job_id: this.id, signal });
  }

  /** The job once it is over. `timeout` is in seconds. */
  async wait({ onProgress, timeout = Infinity, signal } = {}) {
    let told;
    for (let looked = 0, waited = 0; ; looked++) {
      const job = await this.status({ signal });
      const now = JSON.stringify([job.status, job.progress]);
      if (now !== told) onProgress?.(job);
      told = now;
      if (FINAL.has(job.status)) {
        if (job.status === "failed" || job.status === "cancelled") throw new JobFailed(job);
        return job;
      }
      const pause = Math.min(5, 0.1 * 1.5 ** Math.min(looked, 20));
      if (waited + pause > timeout) {
        throw new CloudVizError(`The job ${this.id} is ${job.status} after ${timeout} s.`, "It goes on.");
      }
      await sleep(pause, signal);
      waited += pause;
    }
  }

  /**
   * The job once it is over, whatever came of it; `onProgress` hears each step as it happens.
   *
   * By the server's events, taken up where they broke off after a loss. Where they do not come through, the job is
   * asked about again and again.
   */
  async follow({ onProgress, signal, pause = POLL_SECONDS } = {}) {
    const reader = new EventReader();
    for (let mute = 0, silent = 0; ; ) {
      try {
        let job = await this.status({ signal });
        silent = 0;
        onProgress?.(job);
        if (FINAL.has(job.status)) return job;
        if (mute < MOST_MUTE) {
          mute++;
          const behind = reader.lastId ? { last_event_id: reader.lastId } : {};
          const response = await this.#client.answer("jobs_events", { job_id: this.id, signal, ...behind });
          for await (const { event, data } of eventsOf(response, reader)) {
            mute = 0;
            if (event === "progress") job = { ...job, progress: data };
            if (event === "end") job = data;
            onProgress?.(job);
            if (event === "end") return job;
          }
        }
      } catch (error) {
        if (signal?.aborted || (error instanceof Refused && error.status < 500)) throw error;
        if (++silent > MOST_SILENT) throw error;
      }
      await sleep(pause, signal);
    }
  }

  discovery() {
    return this.#client.request("discoveries_discovery", { discovery_id: this.discoveryId });
  }

  cancel() {
    return this.#client.request("jobs_cancel", { job_id: this.id });
  }

  events(lastEventId = "") {
    return this.#client.stream("jobs_events", { job_id: this.id, last_event_id: lastEventId || undefined });
  }
}
