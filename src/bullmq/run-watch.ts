import { unlessAborted } from "../parallel/on-abort.js";
import type { Connection } from "./connection.js";
import { LIFETIME_S, type RunKeys } from "./keys.js";
import { capacityOf } from "./presence.js";
import { QueueError } from "./queue-error.js";

/** Milliseconds between two looks. */
const LOOK_MS = 1000;
/** Looks from one time that leftovers of the run are kept from being dropped to the next. */
const KEEP_EVERY = (LIFETIME_S * 1000) / LOOK_MS / 10;

export interface Watched {
  readonly connection: Connection;
  readonly queue: string;
  readonly keys: RunKeys;
  /** Looks in a row in which Redis or workers may be missing. */
  readonly patience: number;
  /** Keys of the calls that wait for their answers. */
  callKeys(): readonly string[];
  /** Takes answers over of which no event has told. */
  fetchAll(): Promise<void>;
}

/** Looks every second whether Redis and workers are there while calls wait for them, so that nobody waits for ever. */
export class RunWatch {
  readonly #watched: Watched;
  readonly #timer: ReturnType<typeof setInterval>;
  #lost = new AbortController();
  #looks = 0;
  /** Whether a look has not come to its end: without Redis none does. */
  #isLooking = false;
  /** Looks in a row without Redis, and without workers. */
  #silent = 0;
  #alone = 0;
  #guarded = 0;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#timer = setInterval(() => void this.#tick(), LOOK_MS);
    this.#timer.unref?.();
  }

  /**
   * Waits for the work, but not for ever.
   *
   * @throws QueueError once Redis or workers have been away for longer than the patience, or Redis has lost what was stored in it
   */
  async guard<T>(work: Promise<T>): Promise<T> {
    this.#guarded++;
    try {
      return await unlessAborted(work, this.#lost.signal);
    } finally {
      this.#guarded--;
    }
  }

  async #tick(): Promise<void> {
    const { patience } = this.#watched;
    if (this.#isLooking) {
      if (++this.#silent >= patience && this.#guarded > 0) this.#lose(this.#watched.connection.absence);
      return;
    }
    this.#isLooking = true;
    try {
      await this.#look();
      this.#silent = 0;
    } catch (error) {
      this.#watched.connection.hear(error as Error);
    } finally {
      this.#isLooking = false;
    }
  }

  async #look(): Promise<void> {
    const { connection, queue, keys, patience, fetchAll } = this.#watched;
    if (this.#looks++ % KEEP_EVERY === 0) await this.#keep();
    if (this.#guarded === 0) return;
    if ((await connection.redis.set(keys.run, "", "EX", LIFETIME_S, "GET")) === null) {
      this.#lose(
        `Redis at ${connection.name} has lost what was stored in it; let it keep its data, with maxmemory-policy noeviction`,
      );
      return;
    }
    await fetchAll();
    this.#alone = (await capacityOf(connection.redis, queue)) === 0 ? this.#alone + 1 : 0;
    if (this.#alone >= patience) {
      this.#lose(`no worker takes calls of the queue "${queue}"; start one with runBullmqWorker`);
    }
  }

  #lose(message: string): void {
    const lost = this.#lost;
    this.#lost = new AbortController();
    this.#alone = 0;
    lost.abort(new QueueError(message));
  }

  /** Puts off that Redis drops what the run has stored. */
  async #keep(): Promise<void> {
    const { connection, keys, callKeys } = this.#watched;
    const { redis } = connection;
    const contents = await redis.smembers(keys.contents);
    const commands = redis.pipeline();
    for (const key of [keys.run, keys.contents, ...contents, ...callKeys()]) commands.expire(key, LIFETIME_S);
    await commands.exec();
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
