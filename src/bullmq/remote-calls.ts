import { Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { onAbort } from "../parallel/on-abort.js";
import { Connection, type RedisLocation } from "./connection.js";
import { ContentStore } from "./content-store.js";
import { callIdOf, jobIdOf, keysOf, LIFETIME_S, PREFIX, type RunKeys, stopChannel } from "./keys.js";
import { type RemoteAnswer, readAnswers, writeCalls, writeJob } from "./messages.js";
import type { Asked } from "./outbox.js";
import { capacityOf } from "./presence.js";
import { RunWatch } from "./run-watch.js";

/** BullMQ trims its list of events to about so many; answers are found without them too. */
const MOST_EVENTS = 1000;
/** Seconds that a pool takes at most for each step of leaving. */
const FAREWELL_S = 2;

/** A job's answers, or why BullMQ has given it up, or that nobody waits for it any more. */
type Outcome =
  | { readonly kind: "answered"; readonly answers: readonly RemoteAnswer[] }
  | { readonly kind: "given up"; readonly reason: string }
  | { readonly kind: "dropped" };

interface Waiting {
  readonly job: number;
  resolve(outcome: Outcome): void;
}

/** The calls of one run in the jobs of BullMQ's queue, and their answers. */
export class RemoteCalls {
  readonly run = crypto.randomUUID();
  readonly contents: ContentStore;
  readonly watch: RunWatch;
  readonly #name: string;
  readonly #connection: Connection;
  readonly #redis: Redis;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #keys: RunKeys;
  readonly #patience: number;
  /** By id of their jobs. */
  readonly #waiting = new Map<string, Waiting>();
  #count = 0;

  private constructor(connection: Connection, queue: string, patience: number) {
    this.#name = queue;
    this.#patience = patience;
    this.#connection = connection;
    this.#redis = connection.redis;
    this.#keys = keysOf(queue, this.run);
    this.contents = new ContentStore(this.#redis, this.#keys);
    this.watch = new RunWatch({
      connection,
      queue,
      keys: this.#keys,
      patience: Math.ceil(patience),
      callKeys: () => [...this.#waiting.values()].map(({ job }) => this.#keys.calls(job)),
      fetchAll: async () => {
        for (const id of this.#waiting.keys()) await this.#fetch(id);
      },
    });
    const shared = { connection: this.#redis, prefix: PREFIX };
    this.#queue = new Queue(queue, { ...shared, streams: { events: { maxLen: MOST_EVENTS } } });
    this.#events = new QueueEvents(queue, shared);
    const { hear } = connection;
    this.#queue.on("error", hear);
    this.#events.on("error", hear);
    const lost = "Redis has lost its calls or their answers";
    this.#events.on("completed", ({ jobId }) => void this.#giveUp(jobId, lost).catch(hear));
    this.#events.on("failed", ({ jobId, failedReason }) => void this.#giveUp(jobId, failedReason).catch(hear));
  }

  /**
   * @param patience seconds
   * @throws QueueError if Redis is not there
   */
  static async open(location: RedisLocation, queue: string, patience: number): Promise<RemoteCalls> {
    const connection = new Connection(location);
    try {
      await connection.inTime(connection.redis.ping(), patience);
    } catch (error) {
      connection.redis.disconnect();
      throw error;
    }
    const calls = new RemoteCalls(connection, queue, patience);
    const begun = connection.redis.set(calls.#keys.run, "", "EX", LIFETIME_S);
    await connection.inTime(Promise.all([begun, calls.#events.waitUntilReady()]), patience);
    return calls;
  }

  /** How many calls the workers that are there can do at once. */
  capacity(): Promise<number> {
    return this.#connection.inTime(capacityOf(this.#redis, this.#name), this.#patience);
  }

  /** Hands calls to a worker as one job, and settles them; "stopped" is a call whose signal aborts before its answer is here. */
  async send(calls: readonly Asked[]): Promise<void> {
    const job = this.#count++;
    const id = jobIdOf(this.run, job);
    const outcome = new Promise<Outcome>((resolve) => this.#waiting.set(id, { job, resolve }));
    let left = calls.length;
    const listening = calls.map(({ signal, resolve }, i) =>
      onAbort(signal, () => {
        resolve({ kind: "stopped" });
        const all = --left === 0;
        if (all) this.#waiting.get(id)?.resolve({ kind: "dropped" });
        void this.#stop(job, i, all).catch(() => {}); // Its answer will not be taken over either way.
      }),
    );
    try {
      const message = writeCalls(calls.map(({ call }) => call));
      const stored = this.#redis.set(this.#keys.calls(job), message, "EX", LIFETIME_S);
      const options = { jobId: id, removeOnComplete: true, removeOnFail: true };
      const added = this.#queue.add("calls", writeJob({ run: this.run, job }), options);
      // Where Redis is away, only the signals end the waiting for it.
      await this.#settle(calls, await Promise.race([outcome, Promise.all([stored, added]).then(() => outcome)]));
    } catch (error) {
      for (const { reject } of calls) reject(error);
    } finally {
      for (const stopListening of listening) stopListening();
      this.#waiting.delete(id);
    }
  }

  async #settle(calls: readonly Asked[], outcome: Outcome): Promise<void> {
    if (outcome.kind === "answered") {
      const missing: RemoteAnswer = { kind: "failed", message: "A worker has not answered all calls of a job" };
      for (const [i, { resolve }] of calls.entries()) resolve(outcome.answers[i] ?? missing);
    } else if (outcome.kind === "given up" && calls.length > 1) {
      // One of them is to blame, and the others should not fail with it.
      const wanted = calls.filter(({ signal }) => !signal.aborted);
      await Promise.all(wanted.map((call) => this.send([call])));
    } else if (outcome.kind === "given up") {
      calls[0]?.resolve({ kind: "failed", message: `BullMQ has given the call up: ${outcome.reason}` });
    }
  }

  /** Tells the worker that has the call; a job of which no call is wanted is taken out of the queue. */
  async #stop(job: number, index: number, all: boolean): Promise<void> {
    const id = jobIdOf(this.run, job);
    if (all) await this.#redis.del(this.#keys.calls(job));
    await this.#redis.publish(stopChannel(this.#name), callIdOf(id, index));
    if (all) await this.#queue.remove(id);
  }

  /** Takes the answer over if it is there. */
  async #fetch(id: string): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    const key = this.#keys.answer(waiting.job);
    const message = await this.#redis.getBuffer(key);
    if (message === null || !this.#waiting.delete(id)) return;
    waiting.resolve({ kind: "answered", answers: answersOf(message) });
    await this.#redis.del(key);
  }

  /** The job is over; where it has no answer, too many workers have died under it, or what they should have read is lost. */
  async #giveUp(id: string, reason: string): Promise<void> {
    await this.#fetch(id);
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    waiting.resolve({ kind: "given up", reason });
    await this.#redis.del(this.#keys.calls(waiting.job));
  }

  /** Drops all that the run has stored, and leaves. Where Redis is away, it drops that in time. */
  async close(): Promise<void> {
    this.watch.end();
    const inTime = (work: Promise<unknown>) => this.#connection.inTime(work, FAREWELL_S).catch(() => {});
    if (this.#redis.status === "ready") await inTime(this.#clean());
    await inTime(Promise.allSettled([this.#queue.close(), this.#events.close()]));
    this.#redis.disconnect();
  }

  async #clean(): Promise<void> {
    const { run, contents } = this.#keys;
    await this.#redis.unlink(run, contents, ...(await this.#redis.smembers(contents)));
  }
}

/** What cannot be read is no answer. */
function answersOf(message: Buffer): readonly RemoteAnswer[] {
  try {
    return readAnswers(message);
  } catch {
    return [];
  }
}
