import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { BoostedTree } from "../../src/boosting/boosted-tree.js";
import { BoostedWalker, marginsOf, marginsOfModels } from "../../src/boosting/predict-boosted.js";
import type { RunContext } from "../../src/core/estimator.js";
import { Matrix } from "../../src/core/matrix.js";
import { Workspace } from "../../src/core/workspace.js";
import type { KernelCall, Pool } from "../../src/parallel/pool.js";
import { CheckPools } from "../../src/testing/pools.js";
import { models } from "./xgboost-models.js";

const pools = new CheckPools();
afterAll(() => pools.close());

/** Runs within one verb, after which the pool's memory must be as free as before. */
async function within<T>(pool: Pool, work: (ctx: RunContext) => Promise<T>, signal?: AbortSignal): Promise<T> {
  const before = pool.memory.used;
  const workspace = new Workspace();
  try {
    return await work({ pool, workspace, signal: signal ?? new AbortController().signal });
  } finally {
    workspace.close();
    expect(pool.memory.used).toBe(before);
  }
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

function margins(
  trees: readonly BoostedTree[],
  counts: readonly number[],
  baseMargin: Float32Array,
  X: Matrix,
  pool: Pool = pools.inline,
): Promise<Float32Array[]> {
  return within(pool, (ctx) => collect(marginsOf(trees, counts, baseMargin, X, ctx)));
}

/** The rows again and again, so many that the kernel walks them; a view. */
function many(X: Matrix): Matrix {
  return X.take(Array.from({ length: 2500 }, (_, i) => (i * 7) % X.rows));
}

/** The rows of a view, copied. */
const copied = (X: Matrix) => new Matrix(X.data, X.rows, X.cols, { scale: X.scale });

/** A pool that notes what it is asked for. */
function spy(pool: Pool): { readonly pool: Pool; readonly calls: KernelCall[] } {
  const calls: KernelCall[] = [];
  const { width, kernels, memory } = pool;
  const run = (call: KernelCall, signal?: AbortSignal) => {
    calls.push(call);
    return pool.run(call, signal);
  };
  return { pool: { width, kernels, memory, run, close: () => pool.close() }, calls };
}

describe("marginsOf", () => {
  it.each(models)("gives XGBoost's margins, at all rounds and at half of them: $name", async (model) => {
    const { trees, baseMargin, X } = model;
    const outputs = baseMargin.length;
    const counts = [trees.length / 2, trees.length];
    const few = await margins(trees, counts, baseMargin, X);
    const view = many(X);
    const walked = await margins(trees, counts, baseMargin, view);
    for (const [c, expected] of [model.marginsOfHalf, model.margins].entries()) {
      for (let k = 0; k < outputs; k++) {
        for (let row = 0; row < X.rows; row++) {
          const difference = few[c]![k * X.rows + row]! - expected[row]![k]!;
          expect(Math.abs(difference), `row ${row}, output ${k}`).toBeLessThanOrEqual(1e-6);
        }
        for (let i = 0; i < view.rows; i++) {
          expect(walked[c]![k * view.rows + i]).toBe(few[c]![k * X.rows + ((i * 7) % X.rows)]);
        }
      }
    }
  });

  it("gives the same bits on any pool, of a view as of its copy, and of a small part of a large table.", async () => {
    for (const { trees, baseMargin, X } of models) {
      const view = many(X);
      const [expected] = await margins(trees, [trees.length], baseMargin, view);
      for (const pool of [pools.inline, pools.workers(2), pools.apart]) {
        expect(await margins(trees, [trees.length], baseMargin, copied(view), pool)).toEqual([expected]);
        const large = copied(view.take(Array.from({ length: 11_000 }, (_, i) => i % 2500)));
        const part = large.take(Array.from({ length: 2500 }, (_, i) => i));
        expect(await margins(trees, [trees.length], baseMargin, part, pool)).toEqual([expected]);
      }
    }
  });

  it("walks wide tables, of which fewer rows fit into the cache, to the same leaves.", async () => {
    const { trees, baseMargin, X } = models[2]!;
    const cols = 3000;
    for (const Cells of [Float32Array, Float64Array]) {
      const cells = new Cells(X.rows * 10 * cols);
      for (let row = 0; row < X.rows * 10; row++) {
        for (let j = 0; j < X.cols; j++) cells[row * cols + j] = X.at(row % X.rows, j);
      }
      const [wide] = await margins(trees, [trees.length], baseMargin, new Matrix(cells, X.rows * 10, cols));
      const [narrow] = await margins(trees, [trees.length], baseMargin, X);
      for (const [i, margin] of wide!.entries()) {
        const [k, row] = [Math.floor(i / (X.rows * 10)), i % X.rows];
        expect(margin).toBe(narrow![k * X.rows + row]);
      }
    }
  });

  it("rounds f64 to f32 before it compares, in the kernel as outside of it.", async () => {
    const { trees, baseMargin } = models[0]!;
    const thresholds = trees.flatMap(({ feature, threshold }) => [...threshold].filter((_, i) => feature[i]! >= 0));
    const cells = thresholds.flatMap((t) => [t, t * (1 - 2 ** -26), t * (1 + 2 ** -26), t - 1e-3]);
    const rows = Math.ceil(cells.length / 4);
    const wide = new Matrix(
      Float64Array.from({ length: 4 * rows }, (_, i) => cells[i % cells.length]!),
      rows,
      4,
    );
    const narrow = new Matrix(Float32Array.from(wide.data), rows, 4);
    expect(narrow.toFloat64()).not.toEqual(wide.toFloat64());
    const counts = [trees.length];
    const expected = await margins(trees, counts, baseMargin, narrow);
    expect(await margins(trees, counts, baseMargin, wide)).toEqual(expected);
    expect(await margins(trees, counts, baseMargin, many(wide))).toEqual(
      await margins(trees, counts, baseMargin, many(narrow)),
    );
  });

  it("compares bytes with and without a scale as the numbers that they stand for.", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.option(fc.constantFrom(1 / 255, 0.5, 1e-30, 3e38, 1 / 3), { nil: null }),
        fc.array(fc.oneof(fc.integer({ min: -1, max: 256 }), fc.double({ min: -2, max: 258, noNaN: true })), {
          minLength: 20,
          maxLength: 20,
        }),
        async (scale, steps) => {
          const stumps = steps.map((step, i): BoostedTree => {
            const threshold = Math.fround(step * (scale ?? 1));
            return {
              feature: Int32Array.of(0, -1, -1),
              threshold: Float32Array.of(Number.isFinite(threshold) ? threshold : 3.4e38, 0, 0),
              defaultLeft: new Uint8Array(3),
              right: Uint32Array.of(2, 0, 0),
              value: Float32Array.of(0, 1, 2 ** (-i - 1)),
              gain: new Float32Array(3),
              cover: new Float32Array(3),
            };
          });
          const rows = Array.from({ length: 1024 }, (_, i) => i % 256);
          const bytes = new Matrix(Uint8Array.from(rows), rows.length, 1, { scale });
          const reals = new Matrix(Float32Array.from(bytes.toFloat64()), rows.length, 1);
          const base = Float32Array.of(0);
          const counts = [steps.length];
          const expected = await margins(stumps, counts, base, reals);
          expect(await margins(stumps, counts, base, bytes)).toEqual(expected);
          const few = await margins(stumps, counts, base, bytes.take(rows.slice(0, 256)));
          expect(few[0]).toEqual(expected[0]!.subarray(0, 256));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("walks once for all counts, 0 and repeated ones among them.", async () => {
    const { trees, baseMargin, X } = models[2]!;
    const view = many(X);
    const counts = [0, 3, 3, 7, trees.length];
    const { pool, calls } = spy(pools.inline);
    const got = await margins(trees, counts, baseMargin, view, pool);
    const walks = calls.reduce((sum, { cost }) => sum + cost, 0);
    expect(got).toHaveLength(counts.length);
    for (const [c, count] of counts.entries()) {
      const [alone] = await margins(trees.slice(0, count), [count], baseMargin, view);
      expect(got[c]).toEqual(alone);
      const [few] = await margins(trees, [count], baseMargin, X);
      expect(few![0]).toBe(alone![0]);
    }
    calls.length = 0;
    await margins(trees, [trees.length], baseMargin, view, pool);
    expect(calls.reduce((sum, { cost }) => sum + cost, 0)).toBe(walks);
  });

  it("ends with the signal's reason when it is aborted, and frees its memory when its reader stops.", async () => {
    const { trees, baseMargin, X } = models[0]!;
    const reason = new Error("enough");
    const aborted = AbortSignal.abort(reason);
    const all = (ctx: RunContext) => collect(marginsOf(trees, [trees.length], baseMargin, many(X), ctx));
    await expect(within(pools.inline, all, aborted)).rejects.toBe(reason);
    await within(pools.inline, async (ctx) => {
      for await (const _ of marginsOf(trees, [1, 2, 3], baseMargin, many(X), ctx)) break;
    });
  });

  it("answers for no rows and for no trees.", async () => {
    const { trees, baseMargin, X } = models[2]!;
    expect(await margins(trees, [trees.length], baseMargin, X.take([]))).toEqual([new Float32Array(0)]);
    const twice = Float32Array.from([...baseMargin].flatMap((margin) => [margin, margin]));
    expect(await margins([], [0], baseMargin, X.take([0, 1]))).toEqual([twice]);
  });
});

describe("BoostedWalker", () => {
  it("comes round by round to what all trees give at once.", async () => {
    for (const { trees, baseMargin, X } of models) {
      const outputs = baseMargin.length;
      const counts = Array.from({ length: trees.length / outputs }, (_, r) => (r + 1) * outputs);
      for (const table of [X, many(X)]) {
        const expected = await margins(trees, counts, baseMargin, table);
        const got = await within(pools.inline, async (ctx) => {
          const walker = await BoostedWalker.over(table, baseMargin, ctx);
          const rounds: Float32Array[] = [];
          try {
            for (const count of counts) {
              await walker.add(trees.slice(count - outputs, count));
              rounds.push(walker.margins());
            }
          } finally {
            walker.free();
          }
          return rounds;
        });
        expect(got).toEqual(expected);
      }
    }
  });
});

describe("marginsOfModels", () => {
  it("gives each model its own margins and walks prefixes together.", async () => {
    const { trees, baseMargin, X } = models[2]!;
    const view = many(X);
    const otherBase = baseMargin.map((margin) => margin + 1);
    const asked = [
      { trees: trees.slice(0, 6), baseMargin },
      { trees, baseMargin: baseMargin.slice() },
      { trees, baseMargin: otherBase },
      { trees: trees.slice(3), baseMargin },
      { trees: trees.slice(0, 6), baseMargin },
    ];
    const { pool, calls } = spy(pools.inline);
    const got = await within(pool, (ctx) => collect(marginsOfModels(asked, view, ctx)));
    const walks = calls.reduce((sum, { cost }) => sum + cost, 0);
    expect(got.map(([i]) => i).sort()).toEqual([0, 1, 2, 3, 4]);
    for (const [i, found] of got) {
      const { trees: own, baseMargin: base } = asked[i]!;
      expect([found]).toEqual(await margins(own, [own.length], base, view));
    }
    calls.length = 0;
    await margins(trees, [trees.length], baseMargin, view, pool);
    const once = calls.reduce((sum, { cost }) => sum + cost, 0);
    expect(walks).toBeCloseTo(once * (1 + 1 + (trees.length - 3) / trees.length), 3);
  });
});
