import { Queue, QueueEvents } from "bullmq";
import { Redis } from "ioredis";
import { loadDigits } from "trellis-learn/datasets";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ByteCache } from "../../src/bullmq/byte-cache.js";
import { CallRunner } from "../../src/bullmq/call-runner.js";
import { readAnswers, writeCalls, writeJob } from "../../src/bullmq/messages.js";
import { bullmqPool, QueueError, runBullmqWorker } from "../../src/bullmq.js";
import { InvalidParameterError } from "../../src/core/errors.js";
import { GridSearchCV, RandomForestClassifier, SVC, toBytes } from "../../src/index.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import type { Block } from "../../src/parallel/memory.js";
import type { KernelCall, Pool } from "../../src/parallel/pool.js";
import { counting } from "../parallel/pool-cases.js";
import { DEAR, probe, sleep } from "../parallel/probe.js";
import { RedisServer, redisIsHere, unlessMissing } from "./redis-server.js";
import { WorkerProcess } from "./worker-process.js";

const digits = loadDigits();
const labels = digits.y as ArrayLike<number>;
const rows = Array.from({ length: 240 }, (_, i) => i).filter((i) => labels[i]! < 5);
const X = digits.X.take(rows);
const y = rows.map((i) => labels[i]!);

/** No call is too small for a worker. */
const allAway = (pool: Pool): Pool => ({
  width: pool.width,
  kernels: pool.kernels,
  memory: pool.memory,
  run: (call: KernelCall, signal?: AbortSignal) => pool.run({ ...call, cost: DEAR }, signal),
  close: () => pool.close(),
});

/** A pool that counts its calls. */
function counted(pool: Pool): { readonly pool: Pool; readonly calls: () => number } {
  let calls = 0;
  const run = async (call: KernelCall, signal?: AbortSignal) => {
    await pool.run(call, signal);
    calls++;
  };
  return {
    pool: { width: pool.width, kernels: pool.kernels, memory: pool.memory, run, close: () => pool.close() },
    calls: () => calls,
  };
}

describe.skipIf(!redisIsHere)(`bullmqPool${unlessMissing}`, () => {
  let server: RedisServer;
  const workers: WorkerProcess[] = [];
  const pools: Pool[] = [];

  const startWorker = (options: object): WorkerProcess => {
    const worker = new WorkerProcess({ connection: server.connection, ...options });
    workers.push(worker);
    return worker;
  };
  const startPool = async (options: object = {}): Promise<Pool> => {
    const pool = await bullmqPool({ connection: server.connection, workers: 2, ...options });
    pools.push(pool);
    return pool;
  };

  let permanent: WorkerProcess;
  beforeAll(async () => {
    server = await RedisServer.start();
    permanent = new WorkerProcess({ connection: server.connection, concurrency: 2 });
  });
  afterAll(async () => {
    await permanent.kill();
    await server.stop();
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
  });

  it("gives the results of local searches byte for byte, also when a worker is killed twice in the middle.", async () => {
    const searches = () => [
      new GridSearchCV({
        estimator: new SVC({ randomState: 0 }),
        paramGrid: { C: [1, 10], gamma: [0.001, 0.01] },
        cv: 3,
      }),
      new GridSearchCV({
        estimator: new RandomForestClassifier({ nEstimators: 8, randomState: 42 }),
        paramGrid: { maxDepth: [null, 4] },
        cv: 3,
      }),
    ];
    const queue = "searches";
    const [first] = [startWorker({ queue }), startWorker({ queue })];
    const { pool, calls } = counted(allAway(await startPool({ queue })));
    const done = Promise.all(searches().map((search) => search.fit(X, y, { pool })));
    for (const after of [40, 120]) {
      while (calls() < after) await sleep(5);
      await first.kill();
      first.start();
    }
    const local = inlinePool();
    const there = await done;
    const here = await Promise.all(searches().map((search) => search.fit(X, y, { pool: local })));
    await local.close();
    expect(calls()).toBeGreaterThan(160);
    for (const [i, search] of there.entries()) {
      expect(search.state.model.scores).toEqual(here[i]!.state.model.scores);
      expect(search.bestParams).toEqual(here[i]!.bestParams);
      expect(Buffer.compare(await toBytes(search.bestEstimator), await toBytes(here[i]!.bestEstimator))).toBe(0);
    }
  });

  it("does a call again whose worker is killed under it, twice.", async () => {
    const queue = "killed-twice";
    const worker = startWorker({ queue });
    const pool = await startPool({ queue });
    const jobs = new Queue(queue, { connection: server.connection, prefix: "trellis" });
    const events = new QueueEvents(queue, { connection: server.connection, prefix: "trellis" });
    await events.waitUntilReady();
    let stalls = 0;
    events.on("stalled", () => stalls++);
    const { call, counted } = counting(pool, 8000); // About a second.
    const done = pool.run(call);
    for (let kills = 1; kills <= 2; kills++) {
      while (stalls < kills - 1 || (await jobs.getActiveCount()) === 0) await sleep(10);
      await sleep(100);
      await worker.kill();
      worker.start();
    }
    await done;
    expect(counted()).toBe(8000);
    expect(stalls).toBe(2);
    await Promise.all([jobs.close(), events.close()]);
  });

  it("sends data once, however many calls read them, and leaves nothing of the run behind.", async () => {
    const pool = await startPool();
    const scope = pool.memory.scope();
    const x = scope.place(Float64Array.from({ length: 50_000 }, (_, i) => i));
    const outs = [1, 2, 3, 4].map(() => scope.alloc(8));
    const sum = (out: Block, count: number): KernelCall => ({
      kernel: probe("sum"),
      args: [x.offset, count, out.offset],
      reads: [x],
      writes: [out],
      cost: DEAR,
    });
    await Promise.all(outs.slice(1).map((out, i) => pool.run(sum(out, i + 1))));
    pool.memory.f64(x); // As if it had been changed: its bytes are looked at again.
    await pool.run(sum(outs[0]!, 50_000));
    expect(outs.map((out) => pool.memory.f64(out)[0])).toEqual([1249975000, 0, 1, 3]);
    const redis = new Redis(server.connection);
    const contents = await redis.keys(`trellis:trellis:run:*:content:*`);
    expect(contents).toHaveLength(2); // The data, and the code of the kernels.
    for (const key of contents) expect(await redis.ttl(key)).toBeGreaterThan(0);
    await pool.close();
    expect(await redis.keys(`trellis:trellis:run:*`)).toEqual([]);
    redis.disconnect();
  });

  it("leaves results that only calls read with the workers, and fetches them for calls of its own.", async () => {
    const pool = await startPool({ redisSize: 0.1 });
    const scope = pool.memory.scope();
    const x = scope.zeros(200_000);
    const here = () => new Set(new Uint8Array(pool.memory.wasm.buffer, x.offset, x.bytes));
    const increment = { kernel: probe("increment"), args: [x.offset, x.bytes], reads: [], writes: [x], resident: [x] };
    for (let i = 0; i < 2; i++) await pool.run({ ...increment, cost: DEAR });
    expect(here()).toEqual(new Set([0]));
    await pool.run({ ...increment, cost: 1 });
    expect(here()).toEqual(new Set([3]));
    await pool.run({ ...increment, resident: [], cost: DEAR });
    expect(here()).toEqual(new Set([4]));
  });

  it("keeps no more in Redis than it may.", async () => {
    const pool = await startPool({ redisSize: 1 });
    const redis = new Redis(server.connection);
    for (let round = 1; round <= 4; round++) {
      const scope = pool.memory.scope();
      const x = scope.place(new Uint8Array(700_000).fill(round));
      await pool.run({ kernel: probe("increment"), args: [x.offset, x.bytes], reads: [], writes: [x], cost: DEAR });
      expect(pool.memory.u8(x).every((byte) => byte === round + 1)).toBe(true);
      scope.free();
    }
    await sleep(50);
    // One of data, and perhaps the code of the kernels.
    expect((await redis.keys(`trellis:trellis:run:*:content:*`)).length).toBeLessThanOrEqual(2);
    redis.disconnect();
  });

  it("shares a queue and its workers with other pools.", async () => {
    const [one, other] = [await startPool(), await startPool()];
    const counts = [10, 20, 30].flatMap((total) => [counting(one, total), counting(other, total)]);
    await Promise.all(counts.map(({ call }, i) => (i % 2 === 0 ? one : other).run(call)));
    expect(counts.map(({ counted }) => counted())).toEqual([10, 10, 20, 20, 30, 30]);
  });

  it("waits for the calls in flight when it is closed, and refuses later ones.", async () => {
    const pool = await startPool();
    const { call, counted } = counting(pool, 500);
    const done = pool.run(call);
    await pool.close();
    await done;
    expect(counted()).toBe(500);
    await expect(pool.run(call)).rejects.toThrow("The pool is closed");
  });

  it("frees the worker of an aborted call, also of one that never comes back.", async () => {
    const pool = await startPool();
    const [endless, next] = [counting(pool, 1e9), counting(pool, 5)];
    const hang: KernelCall = { ...endless.call, kernel: probe("hang"), args: [endless.call.args[0]!] };
    for (const call of [endless.call, hang]) {
      await expect(pool.run(call, AbortSignal.timeout(800))).rejects.toMatchObject({ name: "TimeoutError" });
      expect(endless.counted()).toBe(0);
      await pool.run(next.call);
    }
    expect(next.counted()).toBe(6); // Counted on from 5.
  });

  it("fails with a QueueError that says what to do when no worker comes.", async () => {
    const pool = await startPool({ queue: "no-worker", patience: 1 });
    const { call, counted } = counting(pool, 5);
    await pool.run({ ...call, cost: 1 }); // Too small to need one.
    expect(counted()).toBe(5);
    const failure = await pool.run(call).catch((error) => error);
    expect(failure).toBeInstanceOf(QueueError);
    expect(failure.message).toBe('no worker takes calls of the queue "no-worker"; start one with runBullmqWorker');
  });

  it("fails with a QueueError when there is no Redis.", async () => {
    const nowhere = { connection: { path: "/nowhere/redis.sock" }, patience: 1 };
    await expect(bullmqPool(nowhere)).rejects.toThrow(
      /^Redis at \/nowhere\/redis\.sock is away \(.*ENOENT.*\); start it, or correct the connection$/,
    );
  });

  it("fails with a QueueError when Redis goes away under a call, and works again when it is back.", async () => {
    const own = await RedisServer.start();
    const worker = startWorker({ connection: own.connection });
    const pool = await bullmqPool({ connection: own.connection, workers: 1, patience: 2 });
    const [long, short] = [counting(pool, 1e9), counting(pool, 5)];
    await expect.poll(() => pool.run(short.call).then(short.counted, () => 0), { timeout: 20_000 }).toBe(5);
    const failing = pool.run(long.call).catch((error) => error);
    await sleep(200);
    await own.kill();
    const failure = await failing;
    expect(failure).toBeInstanceOf(QueueError);
    expect(failure.message).toMatch(/^Redis at .*redis\.sock is away/);
    await worker.kill(); // It still counts.
    await own.restart();
    worker.start();
    const recovered = counting(pool, 7);
    await expect.poll(() => pool.run(recovered.call).then(recovered.counted, () => 0), { timeout: 20_000 }).toBe(7);
    expect(worker.said).toContain("runBullmqWorker has no Redis at");
    await pool.close();
    await own.stop();
  });

  it("survives jobs that are no calls, which fail.", async () => {
    const pool = await startPool();
    const queue = { connection: server.connection, prefix: "trellis" };
    const jobs = new Queue("trellis", queue);
    // From the first event on: the job may have failed before anybody listens.
    const events = new QueueEvents("trellis", { ...queue, lastEventId: "0-0" });
    const reasons: string[] = [];
    events.on("failed", ({ failedReason }) => void reasons.push(failedReason));
    await jobs.add("call", { protocol: 99 });
    await expect.poll(() => reasons.join(), { timeout: 30_000 }).toContain("run one version of trellis-learn on both");
    const { call, counted } = counting(pool, 5);
    await pool.run(call);
    expect(counted()).toBe(5);
    await Promise.all([jobs.close(), events.close()]);
  });

  it.each([
    ["queue", { queue: "a:b" }],
    ["workers", { workers: 0 }],
    ["kernels", { kernels: "slow" }],
    ["patience", { patience: 0 }],
    ["redisSize", { redisSize: Number.NaN }],
  ])("refuses a %s that it cannot have.", async (name, options) => {
    const making = bullmqPool({ connection: server.connection, ...(options as object) });
    await expect(making).rejects.toThrow(InvalidParameterError);
    await expect(making).rejects.toThrow(new RegExp(`^${name} of bullmqPool must be `));
  });
});

describe.skipIf(!redisIsHere)(`runBullmqWorker${unlessMissing}`, () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  it("ends when its signal aborts, after the call that it has.", async () => {
    const stop = new AbortController();
    const { connection } = server;
    const ended = runBullmqWorker({ connection, concurrency: 3, signal: stop.signal });
    await expect.poll(async () => widthOf(await bullmqPool({ connection }))).toBe(3);
    const pool = await bullmqPool({ connection });
    const { call, counted } = counting(pool, 2000);
    const done = pool.run(call);
    await sleep(100);
    stop.abort();
    await Promise.all([ended, done]);
    expect(counted()).toBe(2000);
    await pool.close();
    expect(await widthOf(await bullmqPool({ connection }))).toBe(2); // None is there any more.
  });

  it("refuses f32 kernels of a pool whose processor rounds otherwise.", async () => {
    const redis = new Redis(server.connection);
    const run = crypto.randomUUID();
    const runner = new CallRunner(redis, "refusing", "none", new ByteCache(0));
    const blocks = { pages: 17, pieces: [], writes: [], scratch: [] };
    const code = { hash: "0".repeat(64), bytes: 1 };
    const call = { arithmetic: "fused", code, kernel: "f", args: [], ...blocks } as const;
    await redis.set(`trellis:refusing:run:${run}:calls:7`, writeCalls([call]));
    await runner.perform(writeJob({ run, job: 7 }));
    const [answer] = readAnswers((await redis.getBuffer(`trellis:refusing:run:${run}:answer:7`))!);
    expect(answer).toMatchObject({ kind: "failed" });
    expect(answer).toHaveProperty("message", expect.stringContaining('make the pool with kernels: "portable"'));
    await runner.end();
    redis.disconnect();
  });

  it("does no job that nobody waits for, and answers once.", async () => {
    const redis = new Redis(server.connection);
    const run = crypto.randomUUID();
    const runner = new CallRunner(redis, "once", "none", new ByteCache(0));
    const code = { hash: "0".repeat(64), bytes: 1 };
    const call = { arithmetic: null, code, kernel: "f", args: [], pages: 17, pieces: [], writes: [], scratch: [] };
    const answersTo = async (job: number) => {
      await runner.perform(writeJob({ run, job }));
      const message = await redis.getdelBuffer(`trellis:once:run:${run}:answer:${job}`);
      return message === null ? null : readAnswers(message);
    };
    expect(await answersTo(1)).toBeNull();
    await redis.set(`trellis:once:run:${run}:calls:2`, writeCalls([call, call]));
    expect(await answersTo(2)).toHaveLength(2);
    expect(await answersTo(2)).toBeNull();
    await runner.end();
    redis.disconnect();
  });

  it.each([
    ["queue", { queue: "" }],
    ["concurrency", { concurrency: 1.5 }],
    ["cacheSize", { cacheSize: -1 }],
    ["lockDuration", { lockDuration: Number.POSITIVE_INFINITY }],
  ])("refuses a %s that it cannot have.", async (name, options) => {
    const running = runBullmqWorker({ connection: server.connection, ...options });
    await expect(running).rejects.toThrow(new RegExp(`^${name} of runBullmqWorker must be `));
  });
});

async function widthOf(pool: Pool): Promise<number> {
  await pool.close();
  return pool.width;
}
