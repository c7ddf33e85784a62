import { Worker } from "bullmq";
import type { Redis } from "ioredis";
import { onAbort } from "../parallel/on-abort.js";
import { arithmeticHere } from "./arithmetic.js";
import { ByteCache } from "./byte-cache.js";
import { CallRunner } from "./call-runner.js";
import { Connection, type RedisLocation } from "./connection.js";
import { PREFIX, stopChannel } from "./keys.js";
import { checksOf } from "./options.js";
import { announce } from "./presence.js";

/** Of `bullmqWorker`. */
export interface BullmqWorkerOptions {
  /** Where Redis is. */
  readonly connection: RedisLocation;
  /** Name of BullMQ's queue, the same as the pools'. Default "trellis". */
  readonly queue?: string | undefined;
  /** How many calls to do at once, an integer >= 1; each has a thread and a memory of its own. Default 1. */
  readonly concurrency?: number | undefined;
  /** Megabytes (2^20 bytes), > 0, of data to keep for later calls, besides the memories of the threads. Default 512. */
  readonly cacheSize?: number | undefined;
  /** Seconds, > 0, after which a worker that is not heard of has lost its call to another one. Default 5. */
  readonly lockDuration?: number | undefined;
  /** Ends the worker: it takes no more calls, and ends those that it has. Default: it goes on for ever. */
  readonly signal?: AbortSignal | undefined;
}

/** How often a call may lose its worker before it fails: one that brings its workers down should not end them all. */
const MOST_DEATHS = 10;

/**
 * Takes calls of `bullmqPool`s out of a queue and does them, until the signal aborts. It needs to know nothing of estimators or of
 * the pool's version: kernels come along as WebAssembly modules, and are given nothing but a memory of their own.
 *
 * Whoever can write to Redis can use this process's time and memory, so Redis has to be protected.
 *
 * @throws InvalidParameterError for an option outside of what is allowed
 */
export async function runBullmqWorker(options: BullmqWorkerOptions): Promise<void> {
  const { queue = "trellis", concurrency = 1, cacheSize = 512, lockDuration = 5, signal } = options;
  const checks = checksOf("runBullmqWorker");
  checks.queue(queue);
  checks.count(concurrency, "concurrency");
  checks.positive(cacheSize, "cacheSize", "megabytes");
  checks.positive(lockDuration, "lockDuration", "seconds");
  const connection = new Connection(options.connection);
  const { redis } = connection;
  warnAbout(connection);
  const runner = new CallRunner(redis, queue, await arithmeticHere(), new ByteCache(cacheSize * 2 ** 20));
  const stops = await listenForStops(redis, queue, (callId) => runner.stop(callId));
  const lockMs = Math.ceil(lockDuration * 1000);
  const worker = new Worker(queue, (job) => runner.perform(job.data), {
    connection: redis,
    prefix: PREFIX,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: Math.ceil(lockMs / 2),
    maxStalledCount: MOST_DEATHS,
  });
  worker.on("error", () => {}); // A lost lock, or what the connection has told already.
  const leave = announce(redis, queue, concurrency);
  await untilAborted(signal);
  await worker.close();
  await leave();
  await runner.end();
  stops.disconnect();
  redis.disconnect();
}

/** Says once for each outage that Redis is away. */
function warnAbout({ redis, name }: Connection): void {
  let isAway = false;
  redis.on("ready", () => {
    isAway = false;
  });
  redis.on("error", ({ message }) => {
    if (!isAway) console.warn(`runBullmqWorker has no Redis at ${name} and goes on trying: ${message}`);
    isAway = true;
  });
}

/** A connection that hears which calls are not wanted any more. */
async function listenForStops(redis: Redis, queue: string, stop: (callId: string) => void): Promise<Redis> {
  const listening = redis.duplicate();
  listening.on("error", () => {}); // The other connection tells it.
  listening.on("message", (_channel, callId) => stop(callId));
  await listening.subscribe(stopChannel(queue));
  return listening;
}

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    onAbort(signal, resolve);
  });
}
