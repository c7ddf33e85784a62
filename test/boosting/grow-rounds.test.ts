import { afterAll, describe, expect, it } from "vitest";
import { GradientBoostingClassifier, inlinePool, Matrix, type Pool, threadPool } from "../../src/index.js";
import { evaluate } from "../../src/kernels/grow-boosted.js";

const pools = {
  inline: inlinePool(),
  shared: threadPool({ workers: 3 }),
  "not shared": threadPool({ workers: 3, sharedMemory: false }),
};
afterAll(() => Promise.all(Object.values(pools).map((pool) => pool.close())));

/** Enough cells for one tree to be worth the work of many: a tile of all cells, and one of the columns that are mostly zero. */
function table() {
  const [rows, cols, dense] = [5000, 150, 100];
  let state = 11;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const data = new Float32Array(rows * cols);
  const y = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let f = 0; f < cols; f++) {
      const isEmpty = f >= dense && next() < 0.8;
      data[i * cols + f] = next() < 0.02 ? Number.NaN : isEmpty ? 0 : Math.floor(next() * 400);
    }
    const row = data.subarray(i * cols, (i + 1) * cols);
    y[i] = (row[0]! > 200 ? 1 : 0) ^ (row[140]! > 0 ? 1 : 0) ^ (next() < 0.1 ? 1 : 0);
  }
  return { X: new Matrix(data, rows, cols), y };
}

/** The pool, counting how many parts of nodes it was asked to evaluate. */
function counted(pool: Pool) {
  const calls = { parts: 0 };
  const counting: Pool = {
    width: pool.width,
    memory: pool.memory,
    run: (call, signal) => {
      if (call.kernel === evaluate) calls.parts++;
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
      return { trees: model.state.model.trees, parts: calls.parts };
    };
    const inline = await grown("inline");
    const shared = await grown("shared");
    const apart = await grown("not shared");
    expect(inline.trees.map(({ feature }) => feature.length).every((nodes) => nodes > 40)).toBe(true);
    expect([inline.parts, apart.parts]).toEqual([0, 0]);
    expect(shared.parts).toBeGreaterThan(100);
    expect(shared.trees).toEqual(inline.trees);
    expect(apart.trees).toEqual(inline.trees);
  });
});
