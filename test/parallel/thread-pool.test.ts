import * as threads from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Order } from "../../src/parallel/messages.js";
import type { KernelCall, Pool } from "../../src/parallel/pool.js";
import { threadPool } from "../../src/parallel/thread-pool.js";
import { CHEAP, DEAR, probe, sleep } from "./probe.js";

// What process.getBuiltinModule gives is the module's own object, so the pool sees what is put there.
const builtin = process.getBuiltinModule("node:worker_threads");
const { Worker } = threads;
let workers: threads.Worker[] = [];
let orders: Order[] = [];
let pools: Pool[] = [];

function recordWorkers(start: (url: URL, options: threads.WorkerOptions) => void = () => {}) {
  builtin.Worker = class extends Worker {
    constructor(url: URL, options: threads.WorkerOptions) {
      start(url, options);
      super(url, options);
      workers.push(this);
    }
    override postMessage(message: Order, transfer?: readonly threads.Transferable[]) {
      if ("kernel" in message) orders.push(structuredClone(message));
      super.postMessage(message, transfer);
    }
  };
}

function makePool(...options: Parameters<typeof threadPool>): Pool {
  const pool = threadPool(...options);
  pools.push(pool);
  return pool;
}

beforeEach(() => recordWorkers());
afterEach(async () => {
  builtin.Worker = Worker;
  for (const pool of pools) await pool.close();
  [workers, orders, pools] = [[], [], []];
  vi.restoreAllMocks();
});

function incrementing(pool: Pool, cost = DEAR, bytes = 8) {
  const x = pool.memory.scope().zeros(bytes);
  const call: KernelCall = { kernel: probe("increment"), args: [x.offset, bytes], reads: [], writes: [x], cost };
  return { call, value: () => pool.memory.u8(x)[0] };
}

function hanging(pool: Pool) {
  const progress = pool.memory.scope().zeros(4);
  const call: KernelCall = {
    kernel: probe("hang"),
    args: [progress.offset],
    reads: [],
    writes: [progress],
    cost: DEAR,
  };
  return { call, progress };
}

describe("the workers of a thread pool", () => {
  it("are as many as asked for, and one for each core by default.", () => {
    expect(makePool({ workers: 3 }).width).toBe(3);
    expect(makePool().width).toBe(process.getBuiltinModule("node:os").availableParallelism());
    expect(makePool({ workers: 0 }).width).toBe(1);
    expect(() => threadPool({ workers: -1 })).toThrow("workers of threadPool must be an integer >= 0; got -1");
    expect(() => threadPool({ workers: 1.5 })).toThrow("got 1.5");
  });

  it("are started when the first call is worth it, no sooner and no more than needed, and stay.", async () => {
    const pool = makePool({ workers: 3 });
    const cheap = incrementing(pool, CHEAP);
    for (let i = 0; i < 5; i++) await pool.run(cheap.call);
    expect(cheap.value()).toBe(5);
    expect(workers.length).toBe(0);
    const dear = incrementing(pool);
    for (let i = 0; i < 5; i++) await pool.run(dear.call);
    expect(dear.value()).toBe(5);
    expect(workers.length).toBe(1);
    await Promise.all(Array.from({ length: 9 }, () => pool.run(incrementing(pool).call)));
    expect(workers.length).toBe(3);
  });

  it("are started once the calls so far have cost as much as starting them.", async () => {
    const pool = makePool({ workers: 2 });
    const millisecond = incrementing(pool, 1e6);
    for (let i = 0; i < 19; i++) await pool.run(millisecond.call);
    expect(workers.length).toBe(0);
    await pool.run(millisecond.call);
    expect(workers.length).toBe(1);
    expect(millisecond.value()).toBe(20);
  });

  it("get a module once each.", async () => {
    const pool = makePool({ workers: 1 });
    const { call } = incrementing(pool);
    for (let i = 0; i < 3; i++) await pool.run(call);
    expect(orders.map((order) => order.compiled !== undefined)).toEqual([true, false, false]);
  });

  it("with memories of their own get an unchanged block once each.", async () => {
    const pool = makePool({ workers: 1, sharedMemory: false });
    const scope = pool.memory.scope();
    const x = scope.place(new Float64Array(1000));
    const out = scope.alloc(8);
    const call = { kernel: probe("sum"), args: [x.offset, 1000, out.offset], reads: [x], writes: [out], cost: DEAR };
    for (let i = 0; i < 3; i++) await pool.run(call);
    pool.memory.f64(x)[0] = 1;
    await pool.run(call);
    const sent = orders.map((order) => order.mirror?.pieces.map((piece) => piece.bytes.byteLength));
    expect(sent).toEqual([[8000, 8], [], [], [8000]]);
    expect(pool.memory.f64(out)[0]).toBe(1);
  });

  it("with memories of their own get a large block in slices, between which an abort is heard.", async () => {
    const pool = makePool({ workers: 1, sharedMemory: false });
    await pool.run(incrementing(pool).call);
    orders = [];
    const scope = pool.memory.scope();
    const [n, out] = [2 ** 20, scope.alloc(8)];
    const x = scope.place(new Float64Array(n).fill(1));
    const call = { kernel: probe("sum"), args: [x.offset, n, out.offset], reads: [x], writes: [out], cost: DEAR };
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 20)); // So that every slice takes too long.
    const abort = new AbortController();
    const run = pool.run(call, abort.signal);
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort(new Error("enough"));
    await expect(run).rejects.toThrow("enough");
    expect(orders).toEqual([]);
    clock.mockRestore();
    await pool.run(call);
    expect(pool.memory.f64(out)[0]).toBe(n);
  });
});

describe("a block above 2 GiB", () => {
  it.each([["auto"], [false]] as const)("is read and written by workers (sharedMemory: %s).", async (sharedMemory) => {
    const pool = makePool({ workers: 1, sharedMemory });
    const scope = pool.memory.scope();
    scope.alloc(2.25 * 2 ** 30); // Reserved, never touched: costs addresses, not memory.
    const { call, value } = incrementing(pool);
    expect(call.args[0]).toBeGreaterThan(2 ** 31);
    await pool.run(call);
    expect(value()).toBe(1);
  });
});

describe("a kernel that never comes back", () => {
  it.each([
    ["shared memory", "auto"],
    ["private memories", false],
  ] as const)(
    "is ended with its worker within 500 ms of an abort, with %s, and another worker goes on.",
    async (_, sharedMemory) => {
      const pool = makePool({ workers: 1, sharedMemory });
      const { call, progress } = hanging(pool);
      const abort = new AbortController();
      const run = pool.run(call, abort.signal);
      const after = incrementing(pool);
      const next = pool.run(after.call);
      await vi.waitUntil(() => orders.length > 0, { timeout: 20_000 });
      await sleep(50);
      const before = performance.now();
      const reason = new Error("enough");
      abort.abort(reason);
      await expect(run).rejects.toBe(reason);
      expect(performance.now() - before).toBeLessThan(500);
      const counter = pool.memory.u32(progress)[0];
      await next;
      expect(after.value()).toBe(1);
      expect(pool.memory.u32(progress)[0]).toBe(counter);
      expect(workers.length).toBe(2);
    },
  );

  it("does not keep others waiting when its worker is killed.", async () => {
    const pool = makePool({ workers: 1 });
    const run = pool.run(hanging(pool).call);
    await vi.waitUntil(() => orders.length > 0, { timeout: 20_000 });
    await sleep(50);
    const after = incrementing(pool);
    const next = pool.run(after.call);
    await workers[0]!.terminate();
    await expect(run).rejects.toMatchObject({
      name: "KernelError",
      message: 'The worker that ran kernel "hang" of the "probe" family died: it ended with exit code 1',
    });
    await next;
    expect(after.value()).toBe(1);
  });
});

describe("a worker", () => {
  it("that dies idle is replaced.", async () => {
    const pool = makePool({ workers: 1 });
    const { call, value } = incrementing(pool);
    await pool.run(call);
    await workers[0]!.terminate();
    await pool.run(call);
    expect(value()).toBe(2);
    expect(workers.length).toBe(2);
  });

  it("that is still loading does not hold up an abort.", async () => {
    recordWorkers((url) => {
      url.href = "data:text/javascript,setInterval(() => {}, 1000)"; // It never gets as far as to say that it is ready.
    });
    const pool = makePool({ workers: 1 });
    const abort = new AbortController();
    const run = pool.run(incrementing(pool).call, abort.signal);
    abort.abort(new Error("at once"));
    await expect(run).rejects.toThrow("at once");
  });

  it.each([
    ["whose file is missing", (url: URL) => void (url.pathname += ".missing"), /Cannot find module/],
    [
      "that may not be started",
      () => {
        throw new Error("refused by the content security policy");
      },
      /refused by the content security policy/,
    ],
  ])("%s is done without: one warning, and the calling thread does the work.", async (_, start, why) => {
    recordWorkers(start);
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const pool = makePool({ workers: 3 });
    const calls = Array.from({ length: 8 }, () => incrementing(pool));
    await Promise.all(calls.map(({ call }) => pool.run(call)));
    await Promise.all(calls.map(({ call }) => pool.run(call)));
    expect(calls.map(({ value }) => value())).toEqual(calls.map(() => 2));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatch(
      /^Trellis runs its kernels on the calling thread because no worker could be/,
    );
    expect(warn.mock.calls[0]![0]).toMatch(why);
  });

  it("that cannot be started beside others is done without, silently.", async () => {
    recordWorkers((url) => {
      if (workers.length >= 1) url.pathname += ".missing";
    });
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const pool = makePool({ workers: 3 });
    const first = incrementing(pool);
    await pool.run(first.call);
    const calls = Array.from({ length: 8 }, () => incrementing(pool));
    await Promise.all(calls.map(({ call }) => pool.run(call)));
    expect(calls.map(({ value }) => value())).toEqual(calls.map(() => 1));
    expect(warn).not.toHaveBeenCalled();
  });
});

describe("closing a thread pool", () => {
  it("waits for what is under way, ends the workers and refuses what comes after.", async () => {
    const pool = makePool({ workers: 2 });
    const calls = Array.from({ length: 6 }, (_, i) => incrementing(pool, i % 2 ? DEAR : CHEAP));
    const runs = calls.map(({ call }) => pool.run(call));
    const exits = Promise.all([0, 1].map((i) => new Promise((resolve) => workers[i]?.once("exit", resolve))));
    await pool.close();
    await Promise.all(runs);
    expect(calls.map(({ value }) => value())).toEqual(calls.map(() => 1));
    await exits;
    for (const { call } of calls.slice(0, 2)) {
      await expect(pool.run(call)).rejects.toMatchObject({ code: "POOL_CLOSED" });
    }
    await pool.close();
  });
});
