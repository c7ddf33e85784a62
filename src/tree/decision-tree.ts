import { type ClassWeight, classWeightRule } from "../core/class-weight.js";
import { Classifier } from "../core/classifier.js";
import type { Definition, FitContext, FittedWith, Method, RunContext, TrainingData } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import { Regressor } from "../core/regressor.js";
import type { LabelTarget, NumberTarget } from "../core/target.js";
import { sumOfTrees } from "./predict-trees.js";
import { trainTrees } from "./train-trees.js";
import { depthOf, importancesOf, leavesOf, type TreeModel, validateTree } from "./tree-model.js";
import {
  classificationCriterion,
  maxFeaturesRule,
  regressionCriterion,
  type TreeParams,
  treeRules,
} from "./tree-params.js";

export interface DecisionTreeClassifierParams extends TreeParams {
  /** What a split lowers: "gini", or "entropy" ("log_loss" is the same). Default "gini". */
  readonly criterion: "gini" | "entropy" | "log_loss";
  /** Weights of the classes. Default null: 1 each. */
  readonly classWeight: ClassWeight;
}

export interface DecisionTreeRegressorParams extends TreeParams {
  /** What a split lowers: the squared error. */
  readonly criterion: "squared_error";
}

const classifier: Definition<DecisionTreeClassifierParams> = {
  name: "DecisionTreeClassifier",
  usesSampleWeight: true,
  schema: {
    ...treeRules,
    criterion: classificationCriterion(),
    maxFeatures: maxFeaturesRule(null),
    classWeight: classWeightRule<never>(),
  },
};

const regressor: Definition<DecisionTreeRegressorParams> = {
  name: "DecisionTreeRegressor",
  usesSampleWeight: true,
  schema: { ...treeRules, criterion: regressionCriterion(), maxFeatures: maxFeaturesRule(null) },
};

/** A tree alone: nothing is drawn but the order in which features are tried. */
const ALONE = { splitter: "best", nEstimators: 1, draws: null, nJobs: null, classWeight: null } as const;

async function* learnTrees<P extends DecisionTreeClassifierParams | DecisionTreeRegressorParams>(
  data: TrainingData<LabelTarget | NumberTarget>,
  candidates: readonly Readonly<P>[],
  owner: string,
  ctx: FitContext,
): AsyncGenerator<readonly [index: number, model: TreeModel]> {
  const recipes = candidates.map((params) => ({ ...ALONE, ...params, owner }));
  for await (const [i, trees] of trainTrees(data, recipes, ctx)) yield [i, trees[0]!];
}

async function answer(
  { model }: { readonly model: TreeModel },
  outputs: number,
  X: Matrix,
  ctx: RunContext,
): Promise<Float64Array> {
  for await (const sum of sumOfTrees([model], [1], outputs, X, ctx)) return sum;
  throw new Error("unreachable: one count gives one sum");
}

/**
 * A decision tree for classes (CART, Breiman et al. 1984), with scikit-learn's parameters and exact splits.
 *
 * A node is split where the criterion falls most; among equals the feature tried first wins, then the lowest
 * threshold, which lies halfway between two values that occur.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.tree.DecisionTreeClassifier.html
 */
export class DecisionTreeClassifier extends Classifier<DecisionTreeClassifierParams, TreeModel> {
  constructor(params: Partial<DecisionTreeClassifierParams> = {}) {
    super(classifier, params);
  }

  /** The fitted tree: nodes depth first, as parallel arrays. */
  get tree(): TreeModel {
    return this.state.model;
  }

  /** Edges from the root to the deepest leaf. */
  get depth(): number {
    return depthOf(this.tree);
  }

  /** Number of leaves. */
  get nLeaves(): number {
    return leavesOf(this.tree);
  }

  /** Shares of the impurity that splits on each feature take away; they sum to 1. */
  get featureImportances(): Float64Array {
    return importancesOf(this.tree, this.nFeaturesIn);
  }

  override learnMany(
    data: TrainingData<LabelTarget>,
    candidates: readonly Readonly<DecisionTreeClassifierParams>[],
    ctx: FitContext,
  ) {
    return learnTrees(data, candidates, classifier.name, ctx);
  }

  override async infer(
    fitted: FittedWith<DecisionTreeClassifierParams, TreeModel>,
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ) {
    const k = fitted.classes!.length;
    return new Matrix(await answer(fitted, k, X, ctx), X.rows, k);
  }

  override validate({ model, nFeatures, classes }: FittedWith<DecisionTreeClassifierParams, TreeModel>): void {
    validateTree(model, nFeatures, classes!.length);
  }
}

/**
 * A decision tree for numbers (CART, Breiman et al. 1984), with scikit-learn's parameters and exact splits.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.tree.DecisionTreeRegressor.html
 */
export class DecisionTreeRegressor extends Regressor<DecisionTreeRegressorParams, TreeModel> {
  constructor(params: Partial<DecisionTreeRegressorParams> = {}) {
    super(regressor, params);
  }

  /** The fitted tree: nodes depth first, as parallel arrays. */
  get tree(): TreeModel {
    return this.state.model;
  }

  /** Edges from the root to the deepest leaf. */
  get depth(): number {
    return depthOf(this.tree);
  }

  /** Number of leaves. */
  get nLeaves(): number {
    return leavesOf(this.tree);
  }

  /** Shares of the squared error that splits on each feature take away; they sum to 1. */
  get featureImportances(): Float64Array {
    return importancesOf(this.tree, this.nFeaturesIn);
  }

  override learnMany(
    data: TrainingData<NumberTarget>,
    candidates: readonly Readonly<DecisionTreeRegressorParams>[],
    ctx: FitContext,
  ) {
    return learnTrees(data, candidates, regressor.name, ctx);
  }

  override infer(
    fitted: FittedWith<DecisionTreeRegressorParams, TreeModel>,
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ) {
    return answer(fitted, 1, X, ctx);
  }

  override validate({ model, nFeatures }: FittedWith<DecisionTreeRegressorParams, TreeModel>): void {
    validateTree(model, nFeatures, 1);
  }
}
