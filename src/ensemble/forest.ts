import { InvalidParameterError } from "../core/errors.js";
import type { FitContext, Fitted, RunContext, TrainingData } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { arrayOf, nullOr, recordOf, requireShape, thatIs } from "../core/model-shape.js";
import { chainsOf } from "../core/prefixes.js";
import type { LabelTarget, NumberTarget } from "../core/target.js";
import { sumOfTrees } from "../tree/predict-trees.js";
import { type Recipe, trainTrees } from "../tree/train-trees.js";
import { type TreeModel, validateTree } from "../tree/tree-model.js";
import type { ForestClassifierParams, ForestRegressorParams } from "./forest-params.js";
import { OutOfBag, type OutOfBagModel } from "./out-of-bag.js";

/** State of a fitted forest. */
export interface ForestModel {
  /** In the order in which their seeds name them. */
  readonly trees: readonly TreeModel[];
  /** What rows say that a tree did not see; null where `oobScore` is false. */
  readonly oob: OutOfBagModel | null;
}

/** Fits all candidates, from as few forests as their parameters allow. */
export async function* learnForests(
  data: TrainingData<LabelTarget | NumberTarget>,
  candidates: readonly Readonly<ForestClassifierParams | ForestRegressorParams>[],
  owner: string,
  splitter: Recipe["splitter"],
  ctx: FitContext,
): AsyncGenerator<readonly [index: number, model: ForestModel]> {
  const recipes = candidates.map(
    (params): Recipe => ({ classWeight: null, ...params, owner, splitter, draws: drawsOf(params, data, owner) }),
  );
  const bags = candidates.map((params) => (params.oobScore ? new OutOfBag(data) : null));
  const trained = trainTrees(data, recipes, ctx, async (i, tree, harvest) =>
    bags[i]?.add(tree, harvest.tree.draws, ctx.signal),
  );
  for await (const [i, trees] of trained) yield [i, { trees, oob: bags[i]?.model() ?? null }];
}

/** Rows drawn for each tree; null without bootstrap. A fraction counts in rows, or in their weight, as scikit-learn has it. */
function drawsOf(
  { bootstrap, maxSamples }: Readonly<ForestClassifierParams | ForestRegressorParams>,
  { X, sampleWeight }: TrainingData,
  owner: string,
): number | null {
  if (!bootstrap) return null;
  if (maxSamples === null) return X.rows;
  const all = sampleWeight === null ? X.rows : sampleWeight.reduce((sum, weight) => sum + weight, 0);
  const draws = maxSamples < 1 ? Math.max(1, Math.floor(maxSamples * all)) : maxSamples;
  if (draws > 2 ** 31) {
    throw new InvalidParameterError(
      `maxSamples of ${owner} must come to at most 2^31 rows; got ${draws}`,
      "maxSamples",
    );
  }
  return draws;
}

/**
 * The mean over each forest's trees of their leaf vectors. Forests that are prefixes of one another, tree by tree the
 * same objects, are walked together.
 */
export async function* meansOfForests(
  forests: readonly Fitted<ForestModel>[],
  outputs: readonly number[],
  X: Matrix,
  ctx: RunContext,
): AsyncGenerator<readonly [index: number, mean: Float64Array]> {
  const lists = forests.map(({ model }) => model.trees);
  for (const { longest, members } of chainsOf(lists, (one, other) => outputs[one] === outputs[other])) {
    const steps = members.entries();
    for await (const sum of sumOfTrees(lists[longest]!, [...members.keys()], outputs[longest]!, X, ctx)) {
      const [count, indices] = steps.next().value!;
      const mean = sum.map((s) => s / count);
      for (const i of indices) yield [i, mean];
    }
  }
}

const forestShape = recordOf({
  trees: thatIs("a list of trees", (trees) => Array.isArray(trees) && trees.length > 0),
  oob: nullOr(
    recordOf({
      score: nullOr(thatIs("a finite number", Number.isFinite)),
      prediction: arrayOf(Float64Array),
    }),
  ),
});

/**
 * Refuses a forest that was tampered with.
 * @throws InvalidModelError
 */
export function validateForest(forest: ForestModel, nFeatures: number, outputs: number): void {
  requireShape("a forest", forest, forestShape);
  for (const tree of forest.trees) validateTree(tree, nFeatures, outputs);
}
