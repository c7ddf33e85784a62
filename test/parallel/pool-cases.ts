import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KernelError } from "../../src/core/errors.js";
import type { KernelCall, Pool } from "../../src/parallel/pool.js";
import { DEAR, probe, sleep } from "./probe.js";

/** Counts to `total` in slices that each take well under a millisecond. */
export function counting(pool: Pool, total: number, work = 100_000) {
  const scope = pool.memory.scope();
  const progress = scope.zeros(8);
  const call: KernelCall = {
    kernel: probe("count"),
    args: [progress.offset, total, work],
    reads: [],
    writes: [progress],
    cost: DEAR,
  };
  return { call, scope, counted: () => pool.memory.u32(progress)[0]! };
}

/** What every pool owes its callers. `calls` says how many calls share a signal where many do; a pool far away takes fewer. */
export function describePool(name: string, makePool: () => Pool | Promise<Pool>, calls = 10_000): void {
  describe(name, () => {
    let pool: Pool;
    beforeAll(async () => {
      pool = await makePool();
    });
    afterAll(() => pool?.close());

    it("runs a kernel over what was placed and gives what it wrote.", async () => {
      const scope = pool.memory.scope();
      const x = scope.place(new Float64Array([1, 2, 3.5, 1e-9]));
      const out = scope.alloc(8);
      await pool.run({ kernel: probe("sum"), args: [x.offset, 4, out.offset], reads: [x], writes: [out], cost: DEAR });
      expect(pool.memory.f64(out)[0]).toBe(6.500000001);
      scope.free();
    });

    it("runs twenty calls at a time, each with its own result.", async () => {
      const scope = pool.memory.scope();
      const x = scope.place(Float64Array.from({ length: 100 }, (_, i) => i));
      const outs = Array.from({ length: 20 }, () => scope.alloc(8));
      await Promise.all(
        outs.map((out, i) =>
          pool.run({
            kernel: probe("sum"),
            args: [x.offset, i + 1, out.offset],
            reads: [x],
            writes: [out],
            cost: DEAR,
          }),
        ),
      );
      expect(outs.map((out) => pool.memory.f64(out)[0])).toEqual(outs.map((_, i) => (i * (i + 1)) / 2));
      scope.free();
    });

    it("calls a kernel again until it is DONE, with its progress kept.", async () => {
      const { call, scope, counted } = counting(pool, 300);
      await pool.run(call);
      expect(counted()).toBe(300);
      scope.free();
    });

    it("sees what the caller wrote between two calls.", async () => {
      const scope = pool.memory.scope();
      const x = scope.place(new Float64Array([1, 2]));
      const out = scope.alloc(8);
      const call = { kernel: probe("sum"), args: [x.offset, 2, out.offset], reads: [x], writes: [out], cost: DEAR };
      for (const value of [5, 7, 11]) {
        pool.memory.f64(x)[1] = value;
        await Promise.all([pool.run(call)]);
        expect(pool.memory.f64(out)[0]).toBe(1 + value);
      }
      scope.free();
    });

    it("passes a block from call to call, whichever worker gets it.", async () => {
      const scope = pool.memory.scope();
      const x = scope.zeros(1000);
      const call = { kernel: probe("increment"), args: [x.offset, 1000], reads: [], writes: [x], cost: DEAR };
      const other = counting(pool, 20);
      for (let i = 0; i < 8; i++) {
        const busy = i % 3 === 0 ? pool.run(other.call) : undefined; // So that the next call gets the other worker.
        await pool.run(call);
        await busy;
        pool.memory.u32(other.call.writes[0]!).fill(0);
      }
      expect(pool.memory.u8(x).every((byte) => byte === 8)).toBe(true);
      other.scope.free();
      scope.free();
    });

    it("lets calls write to different parts of one block at the same time.", async () => {
      const scope = pool.memory.scope();
      const x = scope.zeros(4000);
      for (let round = 0; round < 3; round++) {
        const parts = [0, 1, 2, 3].map((i) => x.part(i * 1000, 1000));
        const calls = parts.map((part) =>
          pool.run({ kernel: probe("increment"), args: [part.offset, 1000], reads: [], writes: [part], cost: DEAR }),
        );
        await Promise.all(calls);
      }
      const sumOut = scope.alloc(8);
      await pool.run({ kernel: probe("increment"), args: [x.offset, 4000], reads: [], writes: [x], cost: DEAR });
      await pool.run({
        kernel: probe("sum"),
        args: [x.offset, 1, sumOut.offset],
        reads: [x],
        writes: [sumOut],
        cost: DEAR,
      });
      expect(pool.memory.u8(x).every((byte) => byte === 4)).toBe(true);
      expect(pool.memory.f64(sumOut)[0]).toBe(pool.memory.f64(x)[0]);
      scope.free();
    });

    it("shows workers what was placed after the memory has grown.", async () => {
      const scope = pool.memory.scope();
      const before = pool.memory.wasm.buffer.byteLength;
      const large = scope.alloc(before); // Does not fit beside the first megabyte, so it grows.
      expect(pool.memory.wasm.buffer.byteLength).toBeGreaterThan(before);
      const n = Math.floor(before / 8);
      pool.memory.f64(large).fill(0)[n - 1] = 3;
      const out = scope.alloc(8);
      await pool.run({
        kernel: probe("sum"),
        args: [large.offset, n, out.offset],
        reads: [large],
        writes: [out],
        cost: DEAR,
      });
      expect(pool.memory.f64(out)[0]).toBe(3);
      scope.free();
    });

    it("rejects with a KernelError that names the kernel when it traps, and goes on.", async () => {
      const trap = { kernel: probe("trap"), args: [], reads: [], writes: [], cost: DEAR };
      await expect(pool.run(trap)).rejects.toThrow(KernelError);
      await expect(pool.run(trap)).rejects.toThrow(/^Kernel "trap" of the "probe" family failed: .*unreachable/);
      const { call, scope, counted } = counting(pool, 3);
      await pool.run(call);
      expect(counted()).toBe(3);
      scope.free();
    });

    it("refuses a kernel that does not exist and an answer that is none.", async () => {
      const run = (name: string) => pool.run({ kernel: probe(name), args: [], reads: [], writes: [], cost: DEAR });
      await expect(run("nothing")).rejects.toThrow(
        'Kernel "nothing" of the "probe" family failed: its module exports no',
      );
      await expect(run("answerSeven")).rejects.toThrow("it answered 7, which is neither DONE nor MORE");
    });

    it("takes a kernel that answers nothing as done.", async () => {
      const scope = pool.memory.scope();
      const x = scope.zeros(1);
      await pool.run({ kernel: probe("answerNothing"), args: [x.offset], reads: [], writes: [x], cost: DEAR });
      expect(pool.memory.u8(x)[0]).toBe(42);
      scope.free();
    });

    it("rejects at once with the reason when the signal is aborted already.", async () => {
      const { call, scope, counted } = counting(pool, 3);
      await expect(pool.run(call, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
      await sleep(20);
      expect(counted()).toBe(0);
      scope.free();
    });

    it("stops a running kernel at its next slice, and no write comes after the rejection.", async () => {
      const { call, scope, counted } = counting(pool, 1e9);
      const abort = new AbortController();
      const run = pool.run(call, abort.signal);
      await sleep(150);
      const before = performance.now();
      abort.abort();
      await expect(run).rejects.toMatchObject({ name: "AbortError" });
      expect(performance.now() - before).toBeLessThan(500);
      const counter = counted();
      await sleep(30);
      expect(counted()).toBe(counter);
      scope.free();
    });

    it("drops queued calls at once, while the running one goes on.", async () => {
      const running = Array.from({ length: pool.width }, () => counting(pool, 600));
      const runs = running.map(({ call }) => pool.run(call));
      const queued = counting(pool, 1e9);
      const abort = new AbortController();
      const reason = new Error("changed my mind");
      const dropped = Promise.all([1, 2, 3].map(() => pool.run(queued.call, abort.signal).catch((error) => error)));
      await sleep(5);
      abort.abort(reason);
      expect(await dropped).toEqual([reason, reason, reason]);
      await Promise.all(runs);
      expect(queued.counted()).toBe(0);
      for (const { scope, counted } of [...running, queued]) {
        if (scope !== queued.scope) expect(counted()).toBe(600);
        scope.free();
      }
    });

    it(`listens to a signal only as long as a call lasts, over ${calls} calls.`, async () => {
      const abort = new AbortController();
      let listening = 0;
      let most = 0;
      const { addEventListener, removeEventListener } = abort.signal;
      abort.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
        most = Math.max(most, ++listening);
        addEventListener.apply(abort.signal, args);
      };
      abort.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
        listening--;
        removeEventListener.apply(abort.signal, args);
      };
      const { call, scope } = counting(pool, 1, 0);
      for (let i = 0; i < calls / 50; i++)
        await Promise.all(Array.from({ length: 50 }, () => pool.run(call, abort.signal)));
      expect(listening).toBe(0);
      expect(most).toBe(1);
      scope.free();
    });
  });
}
