import { onAbort } from "../parallel/on-abort.js";
import type { RemoteAnswer, RemoteCall } from "./messages.js";

/** Nanoseconds of work that go out in one job, so that what a job costs by itself is little beside it. */
const JOB_COST = 30_000_000;
/** Calls of one job at most. */
const JOB_CALLS = 32;
/** Jobs under way for each worker: one is on its way while it does the other. */
const JOBS_EACH = 2;

/** A call that has been asked for, and who waits for its answer. */
export interface Asked {
  readonly call: RemoteCall;
  /** Nanoseconds. */
  readonly cost: number;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
  resolve(answer: RemoteAnswer): void;
  reject(error: unknown): void;
}

/** Where calls wait while the workers have enough to do; those that wait then go out together. */
export class Outbox {
  readonly #send: (calls: readonly Asked[]) => Promise<void>;
  readonly #waiting = new Set<Asked>();
  /** Jobs that may go out now. */
  #free: number;
  #isDue = false;

  /** @param send - settles all calls of a job, and then its promise */
  constructor(workers: number, send: (calls: readonly Asked[]) => Promise<void>) {
    this.#free = workers * JOBS_EACH;
    this.#send = send;
  }

  /** Hands the call to a worker; "stopped" if the signal aborts before its answer is here. */
  ask(call: RemoteCall, cost: number, signal: AbortSignal): Promise<RemoteAnswer> {
    if (signal.aborted) return Promise.resolve({ kind: "stopped" });
    return new Promise((resolve, reject) => {
      const asked = { call, cost, signal, resolve, reject };
      this.#waiting.add(asked);
      onAbort(signal, () => {
        this.#waiting.delete(asked);
        resolve({ kind: "stopped" });
      });
      this.#schedule();
    });
  }

  /** What is asked for in the same turn of the event loop goes out together. */
  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      while (this.#free > 0 && this.#waiting.size > 0) void this.#sendOne();
    });
  }

  async #sendOne(): Promise<void> {
    this.#free--;
    await this.#send(this.#next());
    this.#free++;
    this.#schedule();
  }

  /** The calls of the next job: a free worker's share of those that wait. */
  #next(): readonly Asked[] {
    const most = Math.min(JOB_CALLS, Math.ceil(this.#waiting.size / (this.#free + 1)));
    const calls: Asked[] = [];
    let cost = 0;
    for (const asked of this.#waiting) {
      cost += asked.cost;
      if (calls.length > 0 && (calls.length >= most || cost > JOB_COST)) break;
      calls.push(asked);
      this.#waiting.delete(asked);
    }
    return calls;
  }
}
