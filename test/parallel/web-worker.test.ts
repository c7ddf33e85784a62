import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { KernelCall, Pool } from "../../src/parallel/pool.js";
import type { ThreadPoolOptions } from "../../src/parallel/thread-pool.js";
import { DEAR, probe } from "./probe.js";

const { Worker: Thread } = process.getBuiltinModule("node:worker_threads");

const builtWorker = new URL("../../dist/worker.js", import.meta.url).href;

/** What a page sees of a worker, over a Node thread in which everything of Node's is hidden from the worker's script. */
class PageWorker {
  static started = 0;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  readonly #thread: InstanceType<typeof Thread>;
  constructor(url: URL, options: { type: string }) {
    expect(options).toEqual({ type: "module" });
    expect(url.pathname).toMatch(/\/worker\.js$/);
    PageWorker.started++;
    const script = `
      const { parentPort } = process.getBuiltinModule("node:worker_threads");
      globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
      delete globalThis.process;
      delete globalThis.setImmediate;
      import(${JSON.stringify(builtWorker)}).then(() => {
        parentPort.on("message", (data) => globalThis.onmessage({ data }));
      });`;
    this.#thread = new Thread(script, { eval: true });
    this.#thread.on("message", (data) => this.onmessage?.({ data }));
    this.#thread.on("error", (error) => this.onerror?.({ message: (error as Error).message }));
  }
  postMessage(message: unknown, transfer: ArrayBuffer[]) {
    this.#thread.postMessage(message, transfer);
  }
  terminate() {
    void this.#thread.terminate();
  }
}

const { getBuiltinModule } = process;
let threadPool: (options?: ThreadPoolOptions) => Pool;
let pool: Pool | undefined;

beforeAll(async () => {
  // As in a page: no modules of Node's, a Worker. Looked up when the module is loaded.
  process.getBuiltinModule = (() => undefined) as unknown as typeof getBuiltinModule;
  vi.stubGlobal("Worker", PageWorker);
  vi.stubGlobal("navigator", { hardwareConcurrency: 3 });
  vi.resetModules();
  ({ threadPool } = await import("../../src/parallel/thread-pool.js"));
  process.getBuiltinModule = getBuiltinModule;
});
afterEach(async () => {
  await pool?.close();
  vi.stubGlobal("crossOriginIsolated", undefined);
});
afterAll(() => vi.unstubAllGlobals());

function counting(pool: Pool, total: number, kernel = "count") {
  const progress = pool.memory.scope().zeros(8);
  const args = [progress.offset, total, 100_000];
  const call: KernelCall = { kernel: probe(kernel), args, reads: [], writes: [progress], cost: DEAR };
  return { call, progress, counted: () => pool.memory.u32(progress)[0]! };
}

describe("a thread pool in a page", () => {
  it.each([
    [true, true],
    [false, false],
  ])("runs its kernels on Web Workers (cross-origin isolated: %s).", async (isolated, shared) => {
    vi.stubGlobal("crossOriginIsolated", isolated);
    pool = threadPool();
    expect(pool.width).toBe(3);
    expect(pool.memory.shared).toBe(shared);
    const before = PageWorker.started;
    const tasks = [1, 2, 3, 4].map((n) => counting(pool!, 50 * n));
    await Promise.all(tasks.map(({ call }) => pool!.run(call)));
    expect(tasks.map(({ counted }) => counted())).toEqual([50, 100, 150, 200]);
    expect(PageWorker.started - before).toBe(3);
  });

  it("stops a sliced kernel and keeps its worker.", async () => {
    pool = threadPool({ workers: 1 });
    const abort = new AbortController();
    const { call, counted } = counting(pool, 1e9);
    const before = PageWorker.started;
    const run = pool.run(call, abort.signal);
    await vi.waitUntil(() => counted() > 0, { timeout: 20_000 });
    abort.abort();
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    const after = counting(pool, 2);
    await pool.run(after.call);
    expect(PageWorker.started - before).toBe(1);
  });

  it("never reuses the blocks of a kernel whose worker may go on for a while after its end.", async () => {
    pool = threadPool({ workers: 1 });
    const { memory } = pool;
    const abort = new AbortController();
    const { call, progress } = counting(pool, 0, "hang");
    const run = pool.run(call, abort.signal);
    await vi.waitUntil(() => memory.u32(progress)[0]! > 0, { timeout: 20_000 });
    abort.abort();
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    expect(() => memory.u8(progress)).toThrow("freed");
    expect(memory.scope().alloc(8).offset).not.toBe(progress.offset);
    const after = counting(pool, 2);
    await pool.run(after.call);
    expect(after.counted()).toBe(2);
  });

  it("keeps the page alive on the calling thread too.", async () => {
    pool = threadPool({ workers: 0 });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const { call, counted } = counting(pool, 1000);
    await pool.run(call);
    clearInterval(timer);
    expect(counted()).toBe(1000);
    expect(ticks).toBeGreaterThan(3);
  });
});
