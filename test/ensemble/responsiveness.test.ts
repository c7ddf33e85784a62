import { describe, expect, it } from "vitest";
import { type KernelCall, Matrix, type Pool, RandomForestClassifier, Rng, threadPool } from "../../src/index.js";

/** Bytes of the size and the sparsity of 6000 MNIST images. */
function imagesLike(rows: number): { X: Matrix; y: number[] } {
  const rng = new Rng(0);
  const y = Array.from({ length: rows }, () => rng.integer(10));
  const data = Uint8Array.from({ length: rows * 784 }, (_, i) =>
    rng.next() < 0.8 ? 0 : rng.integer(200) + 5 * y[Math.floor(i / 784)]!,
  );
  return { X: new Matrix(data, rows, 784), y };
}

/** Longest time between two turns of the event loop while the work goes on, in milliseconds. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let last = performance.now();
  let longest = 0;
  let isOver = false;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await work();
  isOver = true;
  return longest;
}

describe("a fit of MNIST's size", () => {
  // A machine that is busy with other things may hold the event loop up itself: the best of three counts.
  it("never blocks the event loop for more than 50 ms", { retry: 2 }, async () => {
    const { X, y } = imagesLike(6000);
    const forest = new RandomForestClassifier({ nEstimators: 20, randomState: 0 });
    await forest.fit(X, y);
    expect(await longestBlock(() => forest.fit(X, y))).toBeLessThan(50);
    expect(await longestBlock(() => forest.predictProba(X))).toBeLessThan(50);
  });

  it("converts rows of plain numbers without blocking it", { retry: 2 }, async () => {
    const { X, y } = imagesLike(4000);
    const rows = X.toArrays();
    const forest = new RandomForestClassifier({ nEstimators: 2, maxDepth: 3, randomState: 0 });
    await forest.fit(rows, y);
    expect(await longestBlock(() => forest.fit(rows, y))).toBeLessThan(50);
  });

  it("stops within half a second of an abort and frees its memory", async () => {
    const { X, y } = imagesLike(6000);
    const pool = threadPool({ workers: 2 });
    const before = pool.memory.used;
    const controller = new AbortController();
    const running = new RandomForestClassifier({ nEstimators: 5000 }).fit(X, y, { pool, signal: controller.signal });
    setTimeout(() => controller.abort(), 300);
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    expect(pool.memory.used).toBe(before);
    await pool.close();
  });
});

describe("a small fit", () => {
  it("runs on the calling thread, so it does not pay for workers", async () => {
    const rng = new Rng(1);
    const X = Array.from({ length: 150 }, () => [rng.normal(), rng.normal(), rng.normal(), rng.normal()]);
    const y = X.map(([a, b]) => (a! + b! > 0 ? 1 : 0));
    const pool = threadPool({ workers: 2 });
    const costs: number[] = [];
    const spy: Pool = {
      width: pool.width,
      kernels: pool.kernels,
      memory: pool.memory,
      run: (call: KernelCall, signal?: AbortSignal) => {
        costs.push(call.cost);
        return pool.run(call, signal);
      },
      close: () => pool.close(),
    };
    await new RandomForestClassifier({ randomState: 0 }).fit(X, y, { pool: spy });
    expect(costs.length).toBeGreaterThan(100);
    expect(Math.max(...costs)).toBeLessThan(300_000);
    await pool.close();
  });
});
