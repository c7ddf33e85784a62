import type { TrainingData } from "../core/estimator.js";
import type { LabelTarget, NumberTarget } from "../core/target.js";
import type { Growth, Harvest } from "./grow-trees.js";
import type { WriteValue } from "./leaf-table.js";

/**
 * Writes what a node predicts, were it a leaf: the weighted shares of the classes among its rows, or their mean.
 *
 * Fractional weights are added in ascending order of rows, so that the sum does not depend on how the rows of the node
 * were moved about while the tree grew on below it.
 */
export function leafValues(
  harvest: Harvest,
  data: TrainingData<LabelTarget | NumberTarget>,
  growth: Growth,
): WriteValue {
  const { tree } = harvest;
  if (data.y.kind === "numbers") {
    return (node, out, at) => {
      out[at] = tree.mean[node]!;
    };
  }
  const { codes, classes } = data.y;
  const weights = rowWeightsOf(harvest, data.y, growth);
  const isWhole = weights instanceof Uint32Array;
  return (node, out, at) => {
    const from = tree.start[node]!;
    const to = from + tree.count[node]!;
    const rows = isWhole ? tree.samples : tree.samples.slice(from, to).sort();
    const first = isWhole ? from : 0;
    let total = 0;
    for (let i = first; i < first + to - from; i++) {
      const row = rows[i]!;
      out[at + codes[row]!]! += weights[row]!;
      total += weights[row]!;
    }
    for (let j = 0; j < classes.length; j++) out[at + j]! /= total;
  };
}

/** What each row weighs in this tree. */
function rowWeightsOf(
  { tree: { draws }, weights }: Harvest,
  y: LabelTarget,
  growth: Growth,
): Float64Array | Uint32Array {
  if (draws.length === 0) return weights ?? new Uint32Array(y.length).fill(1);
  if (growth.classWeight !== "balanced_subsample") return draws;
  const drawn = new Float64Array(y.classes.length);
  for (let row = 0; row < draws.length; row++) drawn[y.codes[row]!]! += draws[row]!;
  const present = drawn.reduce((count, d) => count + (d > 0 ? 1 : 0), 0);
  return Float64Array.from(draws, (d, row) => (d * growth.draws!) / (present * drawn[y.codes[row]!]!));
}
