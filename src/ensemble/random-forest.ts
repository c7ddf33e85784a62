import { type ClassWeight, classWeightRule } from "../core/class-weight.js";
import { Classifier } from "../core/classifier.js";
import type { Definition, FitContext, FittedWith, Method, RunContext, TrainingData } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import { anyOf, boolean, integer, jobs, nullable, real } from "../core/params.js";
import { Regressor } from "../core/regressor.js";
import type { LabelTarget, NumberTarget } from "../core/target.js";
import { meanImportances, type TreeModel } from "../tree/tree-model.js";
import {
  classificationCriterion,
  maxFeaturesRule,
  regressionCriterion,
  type TreeParams,
  treeRules,
} from "../tree/tree-params.js";
import { type ForestModel, learnForests, meansOfForests, validateForest } from "./forest.js";

export interface ForestParams extends TreeParams {
  /** Number of trees. Default 100. */
  readonly nEstimators: number;
  /** Each tree sees rows drawn with replacement; otherwise all rows. Default true. */
  readonly bootstrap: boolean;
  /** Rows drawn for each tree: a number, a fraction, or null for as many as there are. Default null. */
  readonly maxSamples: number | null;
  /** Scores each row by the trees that did not see it; needs bootstrap. Default false. */
  readonly oobScore: boolean;
  /** Trees grown at once: null for as many as the pool is wide, -1 for all cores, or a number. Default null. */
  readonly nJobs: number | null;
}

export interface RandomForestClassifierParams extends ForestParams {
  /** What a split lowers: "gini", or "entropy" ("log_loss" is the same). Default "gini". */
  readonly criterion: "gini" | "entropy" | "log_loss";
  /** Weights of the classes; "balanced_subsample" balances each tree's own rows. Default null: 1 each. */
  readonly classWeight: ClassWeight | "balanced_subsample";
}

export interface RandomForestRegressorParams extends ForestParams {
  /** What a split lowers: the squared error. */
  readonly criterion: "squared_error";
}

const forestRules = {
  ...treeRules,
  nEstimators: integer(100, { min: 1 }),
  bootstrap: boolean(true),
  maxSamples: nullable(
    anyOf<number>(1, integer(1, { min: 1 }), {
      ...real(0.5, { min: 0, max: 1, open: true }),
      expected: "a fraction > 0 and < 1",
    }),
  ),
  oobScore: boolean(false),
  nJobs: jobs(),
};

const checkForest = (owner: string) => (params: Readonly<ForestParams>) => {
  if (params.oobScore && !params.bootstrap)
    return `oobScore of ${owner} must be false where bootstrap is false; got true`;
  if (params.maxSamples !== null && !params.bootstrap) {
    return `maxSamples of ${owner} must be null where bootstrap is false; got ${params.maxSamples}`;
  }
  return null;
};

const classifier: Definition<RandomForestClassifierParams> = {
  name: "RandomForestClassifier",
  usesSampleWeight: true,
  schema: {
    ...forestRules,
    criterion: classificationCriterion(),
    maxFeatures: maxFeaturesRule("sqrt"),
    classWeight: classWeightRule("balanced_subsample"),
  },
  check: checkForest("RandomForestClassifier"),
};

const regressor: Definition<RandomForestRegressorParams> = {
  name: "RandomForestRegressor",
  usesSampleWeight: true,
  schema: { ...forestRules, criterion: regressionCriterion(), maxFeatures: maxFeaturesRule(null) },
  check: checkForest("RandomForestRegressor"),
};

/**
 * A random forest for classes (Breiman 2001), with scikit-learn's parameters: the mean of the class shares in the
 * leaves of trees grown on bootstrap samples, each split on the best of a few features drawn at random.
 *
 * Tree i depends on `randomState` and on i alone, and limits such as `maxDepth` are exact prunings: so in a search all
 * candidates that differ in `nEstimators`, `maxDepth`, `minSamplesSplit`, `maxLeafNodes` or `minImpurityDecrease` share
 * one forest.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.RandomForestClassifier.html
 */
export class RandomForestClassifier extends Classifier<RandomForestClassifierParams, ForestModel> {
  constructor(params: Partial<RandomForestClassifierParams> = {}) {
    super(classifier, params);
  }

  /** The fitted trees. */
  get trees(): readonly TreeModel[] {
    return this.state.model.trees;
  }

  /** Mean of the trees' importances, as shares that sum to 1. */
  get featureImportances(): Float64Array {
    return meanImportances(this.trees, this.nFeaturesIn);
  }

  /** Accuracy on the rows, each judged by the trees that did not see it; null without `oobScore`. */
  get oobScore(): number | null {
    return this.state.model.oob?.score ?? null;
  }

  /** Class shares of each training row by the trees that did not see it (NaN if all did); null without `oobScore`. */
  get oobDecisionFunction(): Matrix | null {
    const oob = this.state.model.oob;
    return oob === null
      ? null
      : new Matrix(oob.prediction, oob.prediction.length / this.classes.length, this.classes.length);
  }

  override learnMany(
    data: TrainingData<LabelTarget>,
    candidates: readonly Readonly<RandomForestClassifierParams>[],
    ctx: FitContext,
  ) {
    return learnForests(data, candidates, classifier.name, ctx);
  }

  override async *inferMany(
    fitted: readonly FittedWith<RandomForestClassifierParams, ForestModel>[],
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Matrix]> {
    const outputs = fitted.map(({ classes }) => classes!.length);
    for await (const [i, mean] of meansOfForests(fitted, outputs, X, ctx))
      yield [i, new Matrix(mean, X.rows, outputs[i]!)];
  }

  override validate({ model, nFeatures, classes }: FittedWith<RandomForestClassifierParams, ForestModel>): void {
    validateForest(model, nFeatures, classes!.length);
  }
}

/** The name that the field knows it by. */
export { RandomForestClassifier as RandomForest };

/**
 * A random forest for numbers (Breiman 2001), with scikit-learn's parameters: the mean of trees grown on bootstrap
 * samples. It shares work in a search as RandomForestClassifier does.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.RandomForestRegressor.html
 */
export class RandomForestRegressor extends Regressor<RandomForestRegressorParams, ForestModel> {
  constructor(params: Partial<RandomForestRegressorParams> = {}) {
    super(regressor, params);
  }

  /** The fitted trees. */
  get trees(): readonly TreeModel[] {
    return this.state.model.trees;
  }

  /** Mean of the trees' importances, as shares that sum to 1. */
  get featureImportances(): Float64Array {
    return meanImportances(this.trees, this.nFeaturesIn);
  }

  /** R2 on the rows, each predicted by the trees that did not see it; null without `oobScore`. */
  get oobScore(): number | null {
    return this.state.model.oob?.score ?? null;
  }

  /** Prediction for each training row by the trees that did not see it (NaN if all did); null without `oobScore`. */
  get oobPrediction(): Float64Array | null {
    return this.state.model.oob?.prediction ?? null;
  }

  override learnMany(
    data: TrainingData<NumberTarget>,
    candidates: readonly Readonly<RandomForestRegressorParams>[],
    ctx: FitContext,
  ) {
    return learnForests(data, candidates, regressor.name, ctx);
  }

  override inferMany(
    fitted: readonly FittedWith<RandomForestRegressorParams, ForestModel>[],
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Float64Array]> {
    return meansOfForests(
      fitted,
      fitted.map(() => 1),
      X,
      ctx,
    );
  }

  override validate({ model, nFeatures }: FittedWith<RandomForestRegressorParams, ForestModel>): void {
    validateForest(model, nFeatures, 1);
  }
}
