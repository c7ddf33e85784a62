import { afterAll, expect, it } from "vitest";
import { Matrix } from "../../src/core/matrix.js";
import { GridSearchCV } from "../../src/index.js";
import type { KernelCall, Pool } from "../../src/parallel/pool.js";
import { SVC } from "../../src/svm/svc.js";
import { CheckPools } from "../../src/testing.js";
import { stream } from "./small-problems.js";

const pools = new CheckPools();
afterAll(() => pools.close());

/** A pool that knows how many bytes were in use at most. */
class WeighedPool implements Pool {
  most = 0;
  readonly width: number;
  readonly kernels = "fast";
  readonly memory: Pool["memory"];

  constructor(readonly pool: Pool) {
    this.width = pool.width;
    this.memory = pool.memory;
  }

  run(call: KernelCall, signal?: AbortSignal): Promise<void> {
    this.most = Math.max(this.most, this.memory.used);
    return this.pool.run(call, signal);
  }

  async close(): Promise<void> {}
}

it.each([2, 5])(
  "A search whose products do not fit into cacheSize takes no more memory for more candidates: %s folds",
  async (cv) => {
    const next = stream(5);
    const pixels = Uint8Array.from({ length: 200 * 500 }, () => (next() < 0.7 ? 0 : 256 * next()));
    const X = new Matrix(pixels, 200, 500, { scale: 1 / 255 });
    const y = Array.from({ length: 200 }, (_, i) => i % 2);
    const most = async (candidates: number) => {
      const pool = new WeighedPool(pools.inline);
      const paramGrid = { C: Array.from({ length: candidates }, (_, i) => 1 + i / 8) };
      const search = new GridSearchCV({ estimator: new SVC({ cacheSize: 0.01 }), paramGrid, cv, refit: false });
      await search.fit(X, y, { pool });
      expect(pool.memory.used).toBe(0);
      return pool.most;
    };
    expect(await most(12)).toBeLessThan(1.05 * (await most(3)));
  },
);
