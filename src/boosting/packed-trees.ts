import { DEFAULT_RIGHT, LEAF, NODE_BYTES } from "../kernels/walk-boosted.js";
import type { BoostedTree } from "./boosted-tree.js";

/** Trees as the kernel reads them. */
export interface Packed {
  /** `NODE_BYTES` a node; see ../kernels/walk-boosted.ts. */
  readonly nodes: Int32Array;
  /** The same memory. */
  readonly reals: Float32Array;
  /** First node of each tree. */
  readonly roots: Uint32Array;
}

/** Kept as long as the trees themselves: a model that is served is asked again and again. */
const packs = new WeakMap<readonly BoostedTree[], Map<number | null, Packed>>();

/** As `pack`, for trees that will be asked for again. */
export function packed(trees: readonly BoostedTree[], byteScale: number | null): Packed {
  const known = packs.get(trees);
  const found = known?.get(byteScale);
  // A list that has grown since is not the list that was packed.
  if (found?.roots.length === trees.length) return found;
  const made = pack(trees, byteScale);
  packs.set(trees, (known ?? new Map<number | null, Packed>()).set(byteScale, made));
  return made;
}

/** The trees' nodes, to be compared with numbers (byteScale null) or with bytes whose values are fround(byte * byteScale). */
export function pack(trees: readonly BoostedTree[], byteScale: number | null): Packed {
  const nodes = new Int32Array((NODE_BYTES / 4) * trees.reduce((sum, tree) => sum + tree.feature.length, 0));
  const reals = new Float32Array(nodes.buffer);
  const byteValues = byteScale === null ? null : Float32Array.from({ length: 256 }, (_, byte) => byte * byteScale);
  const roots = new Uint32Array(trees.length);
  let at = 0;
  for (const [t, { feature, threshold, defaultLeft, right, value }] of trees.entries()) {
    roots[t] = at / 4;
    for (let node = 0; node < feature.length; node++, at += 4) {
      const split = feature[node]!;
      const isLeaf = split < 0;
      if (byteValues === null) reals[at] = isLeaf ? Number.NEGATIVE_INFINITY : threshold[node]!;
      else nodes[at] = isLeaf ? 0 : leastByte(byteValues, threshold[node]!);
      nodes[at + 1] = isLeaf ? LEAF : split | (defaultLeft[node] === 1 ? 0 : DEFAULT_RIGHT);
      nodes[at + 2] = NODE_BYTES * (isLeaf ? -1 : right[node]! - node - 1);
      reals[at + 3] = value[node]!;
    }
  }
  return { nodes, reals, roots };
}

/** The least byte whose value is not below the threshold; 256 if all are. */
function leastByte(byteValues: Float32Array, threshold: number): number {
  let [low, high] = [0, 256];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byteValues[middle]! < threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What the kernel does, for one row of f32 values: adds the leaves of the trees [from, to) to its margins. */
export function walkHere(
  { nodes, reals, roots }: Packed,
  from: number,
  to: number,
  x: Float32Array,
  margins: Float32Array,
) {
  const outputs = margins.length;
  for (let tree = from; tree < to; tree++) {
    let at = 4 * roots[tree]!;
    for (let split = nodes[at + 1]!; split >= 0; split = nodes[at + 1]!) {
      const value = x[split & (DEFAULT_RIGHT - 1)]!;
      const goesRight = value >= reals[at]! || (Number.isNaN(value) && (split & DEFAULT_RIGHT) !== 0);
      at += goesRight ? 4 + (nodes[at + 2]! >> 2) : 4;
    }
    margins[tree % outputs]! += reals[at + 3]!;
  }
}
