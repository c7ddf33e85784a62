import { describe, expect, it } from "vitest";
import { limit } from "../../src/parallel/limit.js";
import { Memory } from "../../src/parallel/memory.js";
import type { KernelCall, Pool } from "../../src/parallel/pool.js";
import { probe, sleep } from "./probe.js";

/** A pool whose calls end when the test says so. */
class ManualPool implements Pool {
  readonly width = 8;
  readonly kernels = "fast";
  readonly memory = new Memory(false);
  closed = false;
  readonly calls: { call: KernelCall; end: () => void; fail: (error: Error) => void }[] = [];
  run(call: KernelCall, signal?: AbortSignal): Promise<void> {
    return new Promise((end, fail) => {
      this.calls.push({ call, end, fail });
      signal?.addEventListener("abort", () => fail(signal.reason));
    });
  }
  async close(): Promise<void> {
    this.closed = true;
  }
}

const call = (n: number): KernelCall => ({ kernel: probe("trap"), args: [n], reads: [], writes: [], cost: 1 });

describe("limit", () => {
  it("keeps at most n calls in flight, first come, first served.", async () => {
    const pool = new ManualPool();
    const limited = limit(pool, 2);
    expect(limited.width).toBe(2);
    expect(limited.memory).toBe(pool.memory);
    const ended: number[] = [];
    const runs = [0, 1, 2, 3].map((n) => limited.run(call(n)).then(() => ended.push(n)));
    expect(pool.calls.map((c) => c.call.args[0])).toEqual([0, 1]);
    pool.calls[1]!.end();
    await sleep(0);
    expect(pool.calls.map((c) => c.call.args[0])).toEqual([0, 1, 2]);
    for (const i of [0, 2, 3]) {
      pool.calls[i]!.end();
      await sleep(0);
    }
    await Promise.all(runs);
    expect(ended).toEqual([1, 0, 2, 3]);
  });

  it("goes on after a failure and drops a waiting call when it is aborted.", async () => {
    const pool = new ManualPool();
    const limited = limit(pool, 1);
    const abort = new AbortController();
    const first = limited.run(call(0));
    const second = limited.run(call(1), abort.signal);
    const third = limited.run(call(2));
    abort.abort(new Error("not that one"));
    await expect(second).rejects.toThrow("not that one");
    pool.calls[0]!.fail(new Error("broken"));
    await expect(first).rejects.toThrow("broken");
    pool.calls[1]!.end();
    await third;
    expect(pool.calls.map((c) => c.call.args[0])).toEqual([0, 2]);
  });

  it("passes the signal on to a call in flight.", async () => {
    const pool = new ManualPool();
    const abort = new AbortController();
    const run = limit(pool, 1).run(call(0), abort.signal);
    abort.abort(new Error("enough"));
    await expect(run).rejects.toThrow("enough");
  });

  it("is the pool itself when n is no limit, and refuses an n that is none.", () => {
    const pool = new ManualPool();
    expect(limit(pool, 8)).toBe(pool);
    expect(() => limit(pool, 0)).toThrow("n of limit must be an integer >= 1; got 0");
    expect(() => limit(pool, 1.5)).toThrow("got 1.5");
  });

  it("leaves the pool open when it is closed.", async () => {
    const pool = new ManualPool();
    const limited = limit(pool, 1);
    const run = limited.run(call(0));
    const closing = limited.close();
    await expect(limited.run(call(1))).rejects.toThrow("The pool is closed; make a new one");
    pool.calls[0]!.end();
    await Promise.all([run, closing]);
    expect(pool.closed).toBe(false);
  });
});
