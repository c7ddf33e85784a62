import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BYTES, FLOAT32, FLOAT64 } from "../../src/core/placed.js";
import { boosting } from "../../src/kernels/generated/boosting.js";
import { DONE } from "../../src/kernels/kernel.js";
import { DEFAULT_RIGHT, LEAF, NODE_BYTES } from "../../src/kernels/walk-boosted.js";
import { KernelMemory } from "./reference/kernel-memory.js";
import { type Tree, walkBoosted } from "./reference/walk-boosted.js";

const COLS = 5;
const BYTE_VALUES = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
const f32 = (x: number) => Math.fround(x);
/** Values at, beside and between the thresholds: 0.1 and 1 - 2^-30 lie between two f32. */
const numbers = [0, -0, 1, 1 - 2 ** -30, 1 + 2 ** -30, 0.1, 7 / 255, 250, -3, 1e300, -1e300, Infinity, -Infinity];
const threshold = fc.constantFrom(0, 1, f32(0.1), f32(7 / 255), f32(100 / 255), 250, -3, 3.4e38);
const { tree: treeOf } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 7, depthSize: "large" },
    fc.record({ value: fc.float({ min: -1, max: 1, noNaN: true }) }),
    fc.record({
      feature: fc.nat(COLS - 1),
      threshold: threshold.map(f32),
      defaultLeft: fc.boolean(),
      left: tie("tree"),
      right: tie("tree"),
    }),
  ),
}));

/** The nodes of one tree, depth first. */
function pack(tree: Tree, isBytes: boolean): Uint8Array {
  const nodes: DataView[] = [];
  const add = (t: Tree): void => {
    const node = new DataView(new ArrayBuffer(NODE_BYTES));
    const place = nodes.push(node);
    if ("value" in t) {
      if (!isBytes) node.setFloat32(0, -Infinity, true);
      node.setUint32(4, LEAF, true);
      node.setInt32(8, -NODE_BYTES, true);
      node.setFloat32(12, t.value, true);
      return;
    }
    if (isBytes) node.setUint32(0, BYTE_VALUES.filter((value) => value < t.threshold).length, true);
    else node.setFloat32(0, t.threshold, true);
    node.setUint32(4, t.feature + (t.defaultLeft ? 0 : DEFAULT_RIGHT), true);
    node.setFloat32(12, Number.NaN, true);
    add(t.left);
    node.setInt32(8, NODE_BYTES * (nodes.length - place), true);
    add(t.right);
  };
  add(tree);
  return new Uint8Array(nodes.flatMap((node) => [...new Uint8Array(node.buffer)]));
}

describe("walkBoosted", () => {
  it.each([
    ["bytes", BYTES],
    ["f32", FLOAT32],
    ["f64", FLOAT64],
  ] as const)("adds the leaves of the trees in order, in any blocks of rows and trees: %s.", (_, kind) => {
    const cell = kind === BYTES ? fc.nat(255) : fc.constantFrom(...numbers, Number.NaN);
    fc.assert(
      fc.property(
        fc.array(treeOf, { minLength: 1, maxLength: 7 }),
        fc.array(fc.array(cell, { minLength: COLS, maxLength: COLS }), { minLength: 1, maxLength: 40 }),
        fc.record({ outputs: fc.integer({ min: 1, max: 3 }), gathered: fc.boolean(), shared: fc.boolean() }),
        fc.nat(7),
        fc.nat(40),
        (trees, data, { outputs, gathered, shared }, treeCut, rowCut) => {
          const memory = new KernelMemory(shared, boosting, 32);
          const Cells = { [BYTES]: Uint8Array, [FLOAT32]: Float32Array, [FLOAT64]: Float64Array }[kind];
          const packed = trees.map((tree) => pack(tree, kind === BYTES));
          const roots: number[] = [];
          for (const [t] of packed.entries()) roots.push(packed.slice(0, t).reduce((sum, p) => sum + p.length, 0) / 16);
          const rows = data.map((__, i) => (gathered ? (i * 7 + 3) % data.length : i));
          const n = rows.length;
          const start = Array.from({ length: outputs }, (__, k) => rows.map(() => f32(0.1 * (k + 1))));
          const margins = memory.put(Float32Array.from(start.flat()));
          const inputs = [
            memory.put(new Uint8Array(Buffer.concat(packed))),
            memory.put(Uint32Array.from(roots)),
            outputs,
          ];
          const source = [
            memory.put(Cells.from(data.flat())),
            kind,
            COLS,
            gathered ? memory.put(Uint32Array.from(rows)) : 0,
            n,
          ];
          memory.freezeInputs([margins]);
          const [r, t] = [Math.min(rowCut, n), Math.min(treeCut, trees.length)];
          for (const block of [
            [r, n],
            [0, r],
          ]) {
            for (const range of [
              [0, t],
              [t, trees.length],
            ]) {
              expect(memory.call("walkBoosted", [...inputs, ...range, ...source, ...block, margins])).toBe(DONE);
            }
          }
          const X = rows.map((row) => data[row]!.map((x) => (kind === BYTES ? BYTE_VALUES[x]! : x)));
          const got = new Float32Array(memory.buffer, margins, outputs * n);
          expect([...got]).toEqual(walkBoosted(trees, X, start).flat());
          memory.checkGuards();
        },
      ),
      { numRuns: 150 },
    );
  });
});
