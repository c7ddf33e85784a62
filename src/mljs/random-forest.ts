import { Classifier } from "../core/classifier.js";
import type { Definition, FitContext, FittedWith, Method, RunContext, TrainingData } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import { optional } from "../core/missing-package.js";
import { recordOf, requireShape, thatIs } from "../core/model-shape.js";
import { boolean, integer, real, seed } from "../core/params.js";
import { Regressor } from "../core/regressor.js";
import type { LabelTarget, NumberTarget } from "../core/target.js";
import { sumOfTrees } from "../tree/predict-trees.js";
import { type TreeNodes, validateNodes } from "../tree/tree-model.js";
import { featuresOf, maxFeaturesRule, type TreeParams } from "../tree/tree-params.js";
import { type CartNode, exported, type LeafValue, meanOf, nodesOf, voteOf } from "./cart-nodes.js";
import { type CartClassifierParams, type CartParams, cartOptions, cartRules } from "./cart-params.js";

interface ForestParams extends CartParams {
  /** Number of trees. Default 50. */
  readonly nEstimators: number;
  /** Columns that each tree is shown, drawn once a tree: a number, a fraction of all, "sqrt", "log2", or null for all. Default null. */
  readonly maxFeatures: TreeParams["maxFeatures"];
  /**
   * Columns are drawn with replacement, so that a tree sees some twice and others not at all. ml.js: replacement. Default true
   * for classes, false for numbers.
   */
  readonly bootstrapFeatures: boolean;
  /** Each tree sees rows drawn with replacement; otherwise all rows. ml.js: useSampleBagging. Default true. */
  readonly bootstrap: boolean;
  /** Seed of the draws; null: a new one each time. ml.js: seed, which is 42 where nobody sets it. Default null. */
  readonly randomState: number | null;
}

export interface MljsRandomForestClassifierParams extends ForestParams, CartClassifierParams {}
/** ml-random-forest's parameters of a regressor, with its defaults. */
export interface MljsRandomForestRegressorParams extends ForestParams {}

/** State of a fitted forest. */
export interface MljsForest {
  /** Each tree as plain nodes. */
  readonly trees: readonly TreeNodes[];
}

const forestRules = {
  ...cartRules,
  nEstimators: { ...integer(50, { min: 1 }), samples: [2, 3] },
  maxFeatures: maxFeaturesRule(null),
  bootstrap: boolean(true),
  randomState: seed(),
};

const classifier: Definition<MljsRandomForestClassifierParams> = {
  name: "MljsRandomForestClassifier",
  schema: { ...forestRules, bootstrapFeatures: boolean(true), gainThreshold: real(0.01, { min: 0 }) },
};

const regressor: Definition<MljsRandomForestRegressorParams> = {
  name: "MljsRandomForestRegressor",
  schema: { ...forestRules, bootstrapFeatures: boolean(false) },
};

async function loadForests({ name }: { readonly name: string }, { signal }: FitContext) {
  const forests = await optional(import("ml-random-forest"), "ml-random-forest", name);
  signal.throwIfAborted();
  return forests;
}

/** The options of ml-random-forest. Its out-of-bag answers, which nobody could ask for, would cost a prediction a tree. */
function forestOptions(params: Readonly<ForestParams>, nFeatures: number) {
  const count = featuresOf(params.maxFeatures, nFeatures);
  return {
    nEstimators: params.nEstimators,
    // A number up to 1 is read as a fraction and rounded down, so 1 would be all columns.
    maxFeatures: count === 1 ? Math.min(1, 1.5 / nFeatures) : count,
    replacement: params.bootstrapFeatures,
    useSampleBagging: params.bootstrap,
    noOOB: true,
    seed: params.randomState ?? 0,
    treeOptions: cartOptions(params),
  };
}

function treesOf(forest: { toJSON(): object }, leafValue: LeafValue): MljsForest {
  interface Exported {
    readonly baseModel: {
      readonly estimators: readonly { readonly root: CartNode }[];
      readonly indexes: readonly (readonly number[])[];
    };
  }
  const { estimators, indexes } = exported<Exported>(forest).baseModel;
  return { trees: estimators.map(({ root }, i) => nodesOf(root, leafValue, indexes[i]!)) };
}

/** The mean over the trees of their leaves' values. */
async function meanOfTrees({ trees }: MljsForest, outputs: number, X: Matrix, ctx: RunContext): Promise<Float64Array> {
  for await (const sum of sumOfTrees(trees, [trees.length], outputs, X, ctx)) return sum.map((s) => s / trees.length);
  throw new Error("unreachable: one count gives one sum");
}

function validateForest(owner: string, model: MljsForest, nFeatures: number, outputs: number): void {
  const trees = thatIs("a list of trees", (value) => Array.isArray(value) && value.length > 0);
  requireShape(owner, model, recordOf({ trees }));
  for (const tree of model.trees) validateNodes(tree, nFeatures, outputs);
}

/**
 * The RandomForestClassifier of ml-random-forest (peer), grown by the package on the calling thread, in one go that no
 * signal interrupts. Probabilities are the shares of the trees' votes; of classes with equally many the first is
 * predicted, where ml.js takes the one whose votes came in first.
 * @throws MissingPackageError in `fit` if ml-random-forest is not installed; answering needs no package
 * @see https://github.com/mljs/random-forest
 */
export class MljsRandomForestClassifier extends Classifier<MljsRandomForestClassifierParams, MljsForest> {
  constructor(params: Partial<MljsRandomForestClassifierParams> = {}) {
    super(classifier, params);
  }

  override async learn(
    { X, y }: TrainingData<LabelTarget>,
    params: Readonly<MljsRandomForestClassifierParams>,
    ctx: FitContext,
  ): Promise<MljsForest> {
    const { RandomForestClassifier } = await loadForests(classifier, ctx);
    const forest = new RandomForestClassifier(forestOptions(params, X.cols));
    forest.train(X.toArrays(), Array.from(y.codes));
    return treesOf(forest, (distribution) => voteOf(distribution, y.classes.length));
  }

  override async infer(
    { model, classes }: FittedWith<MljsRandomForestClassifierParams, MljsForest>,
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): Promise<Matrix> {
    return new Matrix(await meanOfTrees(model, classes!.length, X, ctx), X.rows, classes!.length);
  }

  override validate({ model, nFeatures, classes }: FittedWith<MljsRandomForestClassifierParams, MljsForest>): void {
    validateForest(classifier.name, model, nFeatures, classes!.length);
  }
}

/**
 * The RandomForestRegression of ml-random-forest (peer) with its selectionMethod "mean", grown by the package on the
 * calling thread, in one go that no signal interrupts.
 * @throws MissingPackageError in `fit` if ml-random-forest is not installed; answering needs no package
 * @see https://github.com/mljs/random-forest
 */
export class MljsRandomForestRegressor extends Regressor<MljsRandomForestRegressorParams, MljsForest> {
  constructor(params: Partial<MljsRandomForestRegressorParams> = {}) {
    super(regressor, params);
  }

  override async learn(
    { X, y }: TrainingData<NumberTarget>,
    params: Readonly<MljsRandomForestRegressorParams>,
    ctx: FitContext,
  ): Promise<MljsForest> {
    const { RandomForestRegression } = await loadForests(regressor, ctx);
    const forest = new RandomForestRegression(forestOptions(params, X.cols));
    forest.train(X.toArrays(), Array.from(y.values));
    return treesOf(forest, meanOf);
  }

  override infer(
    { model }: FittedWith<MljsRandomForestRegressorParams, MljsForest>,
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): Promise<Float64Array> {
    return meanOfTrees(model, 1, X, ctx);
  }

  override validate({ model, nFeatures }: FittedWith<MljsRandomForestRegressorParams, MljsForest>): void {
    validateForest(regressor.name, model, nFeatures, 1);
  }
}
