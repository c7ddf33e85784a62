import { describe, expect, it } from "vitest";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { mapTasks } from "../../src/parallel/map-tasks.js";
import type { Pool } from "../../src/parallel/pool.js";
import { threadPool } from "../../src/parallel/thread-pool.js";
import { DEAR, probe, sleep } from "./probe.js";

const wide = (width: number): Pool => ({ width }) as Pool;
const read = async <T>(results: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
};
const until = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

describe("mapTasks", () => {
  it("hands results on in the order of their indices, whichever task ends first.", async () => {
    const ended: number[] = [];
    const work = async (i: number) => {
      await sleep(i % 3 === 0 ? 20 : 1);
      ended.push(i);
      return i * i;
    };
    expect(await read(mapTasks(wide(3), 10, () => 0, work))).toEqual([0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
    expect(ended).not.toEqual([...ended].sort((a, b) => a - b));
  });

  it("uses one slot a lane, never for two tasks at a time.", async () => {
    let made = 0;
    const inUse = new Set<number>();
    const work = async (i: number, slot: number) => {
      expect(inUse.has(slot)).toBe(false);
      inUse.add(slot);
      await sleep(i % 4);
      inUse.delete(slot);
      return slot;
    };
    const slots = await read(mapTasks(wide(3), 40, () => made++, work));
    expect(made).toBe(4);
    expect(new Set(slots)).toEqual(new Set([0, 1, 2, 3]));
  });

  it("makes no more slots than there are tasks, and one for a pool of width 1.", async () => {
    let made = 0;
    await read(
      mapTasks(
        wide(8),
        2,
        () => made++,
        () => sleep(1),
      ),
    );
    expect(made).toBe(2);
    made = 0;
    await read(
      mapTasks(
        wide(1),
        5,
        () => made++,
        () => sleep(1),
      ),
    );
    expect(made).toBe(1);
  });

  it("does nothing before the first result is asked for, and keeps only a pool's width ahead.", async () => {
    const started: number[] = [];
    const work = async (i: number) => void started.push(i);
    const results = mapTasks(wide(2), 100, () => 0, work);
    await sleep(5);
    expect(started).toEqual([]);
    await results.next();
    await sleep(5);
    expect(started.length).toBeLessThanOrEqual(6);
    await results.return();
    await sleep(5);
    expect(started.length).toBeLessThanOrEqual(6);
  });

  it("aborts the running tasks and awaits them when the reader breaks.", async () => {
    const running = new Set<number>();
    const work = async (i: number, _slot: number, signal: AbortSignal) => {
      if (i === 0) return i;
      running.add(i);
      try {
        return await until(signal);
      } finally {
        await sleep(10); // As a worker that comes to the end of its slice.
        running.delete(i);
      }
    };
    for await (const result of mapTasks(wide(2), 9, () => 0, work)) {
      expect(result).toBe(0);
      break;
    }
    expect(running.size).toBe(0);
  });

  it("throws the first error after all running tasks have ended, and starts none afterwards.", async () => {
    const started: number[] = [];
    const ended: number[] = [];
    const work = async (i: number, _slot: number, signal: AbortSignal) => {
      started.push(i);
      if (i === 2) throw new Error("task 2 is broken");
      await until(signal).catch(() => sleep(5));
      ended.push(i);
      signal.throwIfAborted();
    };
    await expect(read(mapTasks(wide(3), 20, () => 0, work))).rejects.toThrow("task 2 is broken");
    expect(started).toEqual([0, 1, 2, 3]);
    expect(ended.length).toBe(3);
  });

  it("throws the reason when the signal aborts, before or while it runs, and stops listening.", async () => {
    const reason = new Error("enough");
    await expect(
      read(
        mapTasks(
          wide(2),
          3,
          () => 0,
          () => sleep(1),
          AbortSignal.abort(reason),
        ),
      ),
    ).rejects.toBe(reason);
    const abort = new AbortController();
    const results = read(
      mapTasks(
        wide(2),
        3,
        () => 0,
        (_i, _slot, signal) => until(signal),
        abort.signal,
      ),
    );
    setTimeout(() => abort.abort(reason), 5);
    await expect(results).rejects.toBe(reason);
  });

  it("throws the error of a slot that cannot be made.", async () => {
    const makeSlot = () => {
      throw new Error("no room");
    };
    await expect(read(mapTasks(wide(2), 3, makeSlot, () => sleep(1)))).rejects.toThrow("no room");
  });

  it("runs no task at all for a count of 0.", async () => {
    expect(
      await read(
        mapTasks(
          wide(2),
          0,
          () => 0,
          async () => 1,
        ),
      ),
    ).toEqual([]);
  });

  it("gives the same bytes over every pool.", async () => {
    const pools = [inlinePool(), threadPool({ workers: 1 }), threadPool({ workers: 3 })];
    pools.push(threadPool({ workers: 2, sharedMemory: false }));
    const results = await Promise.all(
      pools.map(async (pool) => {
        const scope = pool.memory.scope();
        const x = scope.place(Float64Array.from({ length: 1000 }, (_, i) => 1 / (i + 1)));
        const makeSlot = () => scope.alloc(8);
        const work = async (i: number, out: ReturnType<typeof makeSlot>, signal: AbortSignal) => {
          const args = [x.offset + 8 * i, 1000 - i, out.offset];
          await pool.run({ kernel: probe("sum"), args, reads: [x], writes: [out], cost: DEAR }, signal);
          return pool.memory.f64(out)[0]!;
        };
        const sums = await read(mapTasks(pool, 200, makeSlot, work));
        scope.free();
        await pool.close();
        return sums;
      }),
    );
    for (const sums of results) expect(sums).toEqual(results[0]);
    expect(results[0]![199]).toBeCloseTo(Array.from({ length: 801 }, (_, i) => 1 / (i + 200)).reduce((a, b) => a + b));
  });
});
