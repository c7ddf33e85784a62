import { InvalidModelError } from "../core/errors.js";
import { arrayOf, recordOf, requireShape, type Shape } from "../core/model-shape.js";

/**
 * One boosted tree, its nodes depth first: the left child of a node is the next node. Numbers are f32, as in XGBoost,
 * so that a model reads and writes its files without loss.
 */
export interface BoostedTree {
  /** Column that a node splits on; -1 in leaves. */
  readonly feature: Int32Array;
  /** Rows with value < threshold go left, both rounded to f32. 0 in leaves. */
  readonly threshold: Float32Array;
  /** 1: rows whose value is missing (NaN) go left. 0 in leaves. */
  readonly defaultLeft: Uint8Array;
  /** Right child; 0 in leaves. */
  readonly right: Uint32Array;
  /** What a leaf adds to a row's margin; in inner nodes the weight before the learning rate, XGBoost's base_weight. */
  readonly value: Float32Array;
  /** How much a split lowers the regularised loss, twice: XGBoost's loss_chg. 0 in leaves. */
  readonly gain: Float32Array;
  /** Sum of the hessians of the training rows in the node. */
  readonly cover: Float32Array;
}

/** The least f32: the threshold of a split that only missing values go left of. XGBoost has -Infinity there. */
export const BELOW_ALL = -(2 - 2 ** -23) * 2 ** 127;

/** Which arrays a stored tree has. */
const treeShape: Shape = recordOf({
  feature: arrayOf(Int32Array),
  threshold: arrayOf(Float32Array, undefined, Number.isFinite),
  defaultLeft: arrayOf(Uint8Array, undefined, (side) => side <= 1),
  right: arrayOf(Uint32Array),
  value: arrayOf(Float32Array, undefined, Number.isFinite),
  gain: arrayOf(Float32Array, undefined, Number.isFinite),
  cover: arrayOf(Float32Array, undefined, Number.isFinite),
});

/**
 * Refuses a tree that was tampered with: it must be in depth-first order, with features that exist and finite numbers, so
 * that every walk ends in a leaf.
 * @throws InvalidModelError
 */
export function validateBoostedTree(tree: BoostedTree, nFeatures: number): void {
  requireShape("a boosted tree", tree, treeShape);
  const { feature, threshold, right, gain, ...others } = tree;
  const nodes = feature.length;
  const require = (holds: boolean, what: string) => {
    if (!holds) throw new InvalidModelError(`the stored boosted tree is damaged: ${what}`);
  };
  require(nodes > 0, "it has no nodes");
  const parallel = [threshold, right, gain, ...Object.values(others)];
  require(parallel.every(({ length }) => length === nodes), "its arrays differ in length");
  /** Right children whose left siblings are being passed, innermost last: after a leaf the innermost must come. */
  const due: number[] = [];
  for (let node = 0; node < nodes; node++) {
    const split = feature[node]!;
    require(split >= -1 && split < nFeatures, `node ${node} splits on feature ${split} of ${nFeatures}`);
    if (split >= 0) {
      require(right[node]! < nodes, `node ${node} has its right child at ${right[node]} of ${nodes} nodes`);
      due.push(right[node]!);
    } else {
      const isBare = right[node] === 0 && threshold[node] === 0 && gain[node] === 0;
      require(isBare, `leaf ${node} has a right child, a threshold or a gain`);
      require((due.pop() ?? nodes) === node + 1, `the node after leaf ${node} is not the one that is due`);
    }
  }
  require(due.length === 0, "it ends before its last leaf");
}

/** What a feature's importance is counted in; see `importancesOfBoosted`. */
export type ImportanceKind = "gain" | "weight" | "cover" | "totalGain" | "totalCover";

/**
 * How much each feature was used, as XGBoost's Booster.get_score counts it: "weight" is the number of splits on the
 * feature, "totalGain" and "totalCover" are the sums of their gains and covers, "gain" and "cover" the averages. 0 for
 * features without a split.
 */
export function importancesOfBoosted(
  trees: readonly BoostedTree[],
  nFeatures: number,
  kind: ImportanceKind,
): Float64Array {
  const splits = new Float64Array(nFeatures);
  const sums = new Float64Array(nFeatures);
  for (const { feature, gain, cover } of trees) {
    const summed = kind === "cover" || kind === "totalCover" ? cover : gain;
    for (let node = 0; node < feature.length; node++) {
      const split = feature[node]!;
      if (split < 0) continue;
      splits[split]! += 1;
      sums[split]! += summed[node]!;
    }
  }
  if (kind === "weight") return splits;
  if (kind === "totalGain" || kind === "totalCover") return sums;
  return sums.map((sum, j) => (splits[j] === 0 ? 0 : sum / splits[j]!));
}

/** Importances as shares that sum to 1, all 0 where no tree has a split: feature_importances_ of XGBoost's estimators. */
export function shareImportances(
  trees: readonly BoostedTree[],
  nFeatures: number,
  kind: ImportanceKind = "gain",
): Float64Array {
  const importances = importancesOfBoosted(trees, nFeatures, kind);
  const total = importances.reduce((sum, importance) => sum + importance, 0);
  return total > 0 ? importances.map((importance) => importance / total) : importances;
}
