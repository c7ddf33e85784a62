/**
 * Kernels on more machines: `bullmqPool` is a pool for `fit` and searches that hands kernel calls to worker processes through BullMQ on
 * Redis, and `runBullmqWorker` is such a process. The results have the bits of every other pool. `bullmq` and `ioredis` are optional
 * peers. Works in Node.
 *
 * @module trellis-learn/bullmq
 */
export { type BullmqPoolOptions, bullmqPool } from "./bullmq/bullmq-pool.js";
export { type BullmqWorkerOptions, runBullmqWorker } from "./bullmq/bullmq-worker.js";
export type { RedisLocation } from "./bullmq/connection.js";
export { QueueError } from "./bullmq/queue-error.js";
