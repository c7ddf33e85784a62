import { Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { onAbort } from "../parallel/on-abort.js";
import { Connection, type RedisLocation } from "./connection.js";
import { ContentStore } from "./content-store.js";
import { jobIdOf, keysOf, LIFETIME_S, PREFIX, type RunKeys, stopChannel } from "./keys.js";
import { type RemoteAnswer, type RemoteCall, readAnswer, writeCall } from "./messages.js";
import { capacityOf } from "./presence.js";
import { RunWatch } from "./run-watch.js";

/** BullMQ trims its list of events to about so many; answers are found without them too. */
const MOST_EVENTS = 1000;
/** Seconds that a pool takes at most for each step of leaving. */
const FAREWELL_S = 2;

interface Waiting {
  readonly call: number;
  resolve(answer: RemoteAnswer): void;
}

/** The calls of one run in BullMQ's queue, and their answers. */
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
    this.#events.on("completed", ({ jobId }) => void this.#fetch(jobId).catch(hear));
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

  /** Hands the call to a worker; "stopped" if the signal aborts before its answer is here. */
  async ask(call: RemoteCall, signal: AbortSignal): Promise<RemoteAnswer> {
    if (signal.aborted) return { kind: "stopped" };
    const id = jobIdOf(this.run, call.call);
    const answer = new Promise<RemoteAnswer>((resolve) => this.#waiting.set(id, { call: call.call, resolve }));
    const stopListening = onAbort(signal, () => {
      this.#waiting.get(id)?.resolve({ kind: "stopped" });
      void this.#stop(id, call.call).catch(() => {}); // Its answer will not be taken over either way.
    });
    try {
      const open = this.#redis.pipeline().sadd(this.#keys.open, call.call).expire(this.#keys.open, LIFETIME_S).exec();
      const job = this.#queue.add("call", writeCall(call), { jobId: id, removeOnComplete: true, removeOnFail: true });
      // Where Redis is away, only the signal ends the waiting for it.
      return await Promise.race([answer, Promise.all([open, job]).then(() => answer)]);
    } finally {
      stopListening();
      this.#waiting.delete(id);
    }
  }

  /** Takes the job out of the queue, and tells a worker that has it. */
  async #stop(id: string, call: number): Promise<void> {
    await this.#redis.srem(this.#keys.open, call);
    await this.#redis.publish(stopChannel(this.#name), id);
    await this.#queue.remove(id);
  }

  /** Takes the answer over if it is there. */
  async #fetch(id: string): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    const key = this.#keys.answer(waiting.call);
    const json = await this.#redis.get(key);
    if (json === null || !this.#waiting.delete(id)) return;
    waiting.resolve(answerOf(json));
    await this.#redis.pipeline().del(key).srem(this.#keys.open, waiting.call).exec();
  }

  /** BullMQ has: too many workers have died under the call. */
  async #giveUp(id: string, reason: string): Promise<void> {
    await this.#fetch(id);
    this.#waiting.get(id)?.resolve({ kind: "failed", message: `BullMQ has given the call up: ${reason}` });
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
    const { run, open, contents } = this.#keys;
    await this.#redis.unlink(run, open, contents, ...(await this.#redis.smembers(contents)));
  }
}

/** What cannot be read is a failure. */
function answerOf(json: string): RemoteAnswer {
  try {
    return readAnswer(json);
  } catch (error) {
    return { kind: "failed", message: `A worker's answer cannot be read: ${(error as Error).message}` };
  }
}
