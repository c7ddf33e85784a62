import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BYTES, FLOAT32, FLOAT64 } from "../../src/kernels/encode-columns.js";
import { DONE } from "../../src/kernels/kernel.js";
import { NODE_BYTES } from "../../src/kernels/walk-trees.js";
import { KernelMemory } from "./reference/kernel-memory.js";

type Tree = { readonly leaf: readonly number[] } | { feature: number; threshold: number; left: Tree; right: Tree };

function descend(tree: Tree, row: readonly number[]): readonly number[] {
  if ("leaf" in tree) return tree.leaf;
  return descend(row[tree.feature]! <= tree.threshold ? tree.left : tree.right, row);
}

const COLS = 5;
const K = 3;
const number = fc.constantFrom(0, 1, 2, 0.5, 7 / 255, 250, 1e9, -3);
const leaf = fc.record({ leaf: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: K, maxLength: K }) });
const { tree: treeOf } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, depthSize: "medium" },
    leaf,
    fc.record({ feature: fc.nat(COLS - 1), threshold: number, left: tie("tree"), right: tie("tree") }),
  ),
}));

/** Nodes of one tree in preorder, and its leaf vectors. */
function pack(tree: Tree, leaves: (readonly number[])[]) {
  const nodes: { threshold: number; feature: number; link: number }[] = [];
  const add = (t: Tree): void => {
    const node = { threshold: 0, feature: -1, link: leaves.length };
    nodes.push(node);
    if ("leaf" in t) {
      leaves.push(t.leaf);
      return;
    }
    node.threshold = t.threshold;
    node.feature = t.feature;
    add(t.left);
    node.link = nodes.length;
    add(t.right);
  };
  add(tree);
  return nodes;
}

describe("walk", () => {
  it.each([
    ["bytes through a table", BYTES],
    ["f32", FLOAT32],
    ["f64", FLOAT64],
  ] as const)("adds the leaves of the trees in order, in any blocks of rows and trees: %s", (_, kind) => {
    fc.assert(
      fc.property(
        fc.array(treeOf, { minLength: 1, maxLength: 6 }),
        fc.array(fc.array(kind === BYTES ? fc.nat(255) : number, { minLength: COLS, maxLength: COLS }), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.boolean(),
        fc.nat(6),
        fc.nat(40),
        fc.boolean(),
        (trees, data, gathered, treeCut, rowCut, isShared) => {
          const memory = new KernelMemory(isShared);
          const table = Float64Array.from({ length: 256 }, (_, i) => Math.fround(i / 255));
          const flat = data.flat();
          const x =
            kind === BYTES
              ? Uint8Array.from(flat)
              : kind === FLOAT32
                ? Float32Array.from(flat)
                : Float64Array.from(flat);
          const valueAt = (row: number, f: number) =>
            kind === BYTES ? table[x[row * COLS + f]!]! : x[row * COLS + f]!;
          const leaves: (readonly number[])[] = [];
          const packed = trees.map((t) => pack(t, leaves));
          const roots: number[] = [];
          const bytes = new DataView(new ArrayBuffer(NODE_BYTES * packed.flat().length));
          let at = 0;
          for (const nodes of packed) {
            roots.push(at / NODE_BYTES);
            for (const node of nodes) {
              bytes.setFloat64(at, node.threshold, true);
              bytes.setInt32(at + 8, node.feature, true);
              bytes.setUint32(at + 12, node.link, true);
              at += NODE_BYTES;
            }
          }
          const rows = gathered ? data.map((_, i) => (i * 7 + 3) % data.length) : data.map((_, i) => i);
          const out = memory.put(new Float64Array(rows.length * K).fill(0.25));
          const inputs = [
            memory.put(new Uint8Array(bytes.buffer)),
            memory.put(Uint32Array.from(roots)),
            memory.put(Float64Array.from(leaves.flat())),
            K,
          ];
          const source = [
            memory.put(x),
            kind,
            memory.put(table),
            COLS,
            gathered ? memory.put(Uint32Array.from(rows)) : 0,
          ];
          memory.freezeInputs([out]);
          const r = Math.min(rowCut, rows.length);
          const t = Math.min(treeCut, trees.length);
          for (const [r0, r1] of [
            [r, rows.length],
            [0, r],
          ] as const) {
            expect(memory.call("walk", [...inputs, 0, t, ...source, r0, r1, out])).toBe(DONE);
            expect(memory.call("walk", [...inputs, t, trees.length, ...source, r0, r1, out])).toBe(DONE);
          }
          const expected = rows.flatMap((row) => {
            const values = Array.from({ length: COLS }, (_, f) => valueAt(row, f));
            const sum = [0.25, 0.25, 0.25];
            for (const one of trees) for (const [c, v] of descend(one, values).entries()) sum[c]! += v;
            return sum;
          });
          expect([...new Float64Array(memory.buffer, out, rows.length * K)]).toEqual(expected);
          memory.checkGuards();
        },
      ),
      { numRuns: 60 },
    );
  });
});
