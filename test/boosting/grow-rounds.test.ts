import { afterAll, describe, expect, it } from "vitest";
import { GradientBoostingClassifier, inlinePool, Matrix, type Pool, threadPool } from "../../src/index.js";
import { count } from "../../src/kernels/grow-boosted.js";

const pools = {
  inline: inlinePool(),
  shared: threadPool({ workers: 3 }),
  "not shared": threadPool({ workers: 3, sharedMemory: false }),
};
afterAll(() => Promise.all(Object.values(pools).map((pool) => pool.close())));

/** Enough cells for one tree to be worth the work of many: a tile of all cells, and one of the columns that are mostly zero. */
function table() {
  const [rows, cols, dense] = [25_000, 150, 100];
  let state = 11;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const data = new Float32Array(rows * cols);
  const y = new Uint8Array(rows);
  const classes = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let f = 0; f < cols; f++) {
      const isEmpty = f >= dense && next() < 0.8;
      data[i * cols + f] = next() < 0.02 ? Number.NaN : isEmpty ? 0 : Math.floor(next() * 400);
    }
    const row = data.subarray(i * cols, (i + 1) * cols);
    y[i] = (row[0]! > 200 ? 1 : 0) ^ (row[140]! > 0 ? 1 : 0) ^ (next() < 0.1 ? 1 : 0);
    // Trees of the last are small, those of the first are large.
    classes[i] = row[120]! > 0 ? 4 : Math.floor(next() * 2 + (row[1]! > 150 ? 2 : 0));
  }
  return { X: new Matrix(data, rows, cols), y, classes };
}

/** The pool, counting how many slices of nodes it was asked to count. */
function counted(pool: Pool) {
  const calls = { slices: 0 };
  const counting: Pool = {
    width: pool.width,
    kernels: pool.kernels,
    memory: pool.memory,
    run: (call, signal) => {
      if (call.kernel === count) calls.slices++;
      return pool.run(call, signal);
    },
    close: () => pool.close(),
  };
  return { pool: counting, calls };
}

describe("one tree that many workers grow", () => {
  const { X, y } = table();

  it.each([
    ["depthwise", {}],
    [
      "lossguide, with features drawn",
      {
        growPolicy: "lossguide",
        maxDepth: null,
        maxLeaves: 40,
        colsampleByTree: 0.7,
        colsampleByNode: 0.5,
        subsample: 0.8,
      },
    ],
  ] as const)("is the same to the bit as one grown on the calling thread: %s", async (_, params) => {
    const grown = async (name: keyof typeof pools) => {
      const { pool, calls } = counted(pools[name]);
      const model = new GradientBoostingClassifier({ nEstimators: 2, randomState: 5, ...params });
      await model.fit(X, y, { pool });
      expect(pool.memory.used).toBe(0);
      return { trees: model.state.model.trees, slices: calls.slices };
    };
    const inline = await grown("inline");
    const shared = await grown("shared");
    const apart = await grown("not shared");
    expect(inline.trees.map(({ feature }) => feature.length).every((nodes) => nodes > 40)).toBe(true);
    expect([inline.slices, apart.slices]).toEqual([0, 0]);
    expect(shared.slices).toBeGreaterThan(2 * 3);
    expect(shared.trees).toEqual(inline.trees);
    expect(apart.trees).toEqual(inline.trees);
  });
});

describe("trees of several outputs that workers share", () => {
  const { X, classes } = table();

  // Five outputs are more than workers; three of four leave one idle, so that large nodes are cut.
  it.each([
    [5, false],
    [3, true],
  ])("are the same to the bit as those grown on the calling thread: %i outputs", async (outputs, isDivided) => {
    const y = classes.map((label) => label % outputs);
    const four = threadPool({ workers: 4 });
    try {
      const grown = async (pool: Pool) => {
        const { pool: counting, calls } = counted(pool);
        const model = new GradientBoostingClassifier({ nEstimators: 2, maxDepth: 4, subsample: 0.9, randomState: 5 });
        await model.fit(X, y, { pool: counting });
        return { trees: model.state.model.trees, slices: calls.slices };
      };
      const inline = await grown(pools.inline);
      expect(inline.trees.length).toBe(2 * outputs);
      const shared = await grown(isDivided ? four : pools.shared);
      expect(shared.slices > 0).toBe(isDivided);
      expect(shared.trees).toEqual(inline.trees);
      const apart = await grown(pools["not shared"]);
      expect(apart.slices).toBe(0);
      expect(apart.trees).toEqual(inline.trees);
    } finally {
      await four.close();
    }
  });
});
