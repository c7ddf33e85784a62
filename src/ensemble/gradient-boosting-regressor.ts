import { type BoostedModel, type EvalsResult, validateBoosted } from "../boosting/boosted-model.js";
import {
  type BoostedTree,
  type ImportanceKind,
  importancesOfBoosted,
  shareImportances,
} from "../boosting/boosted-tree.js";
import { type BoostingParams, boostingRules } from "../boosting/boosting-params.js";
import { objectives } from "../boosting/objectives.js";
import { marginsOfModels } from "../boosting/predict-boosted.js";
import type { Definition, FitContext, FittedWith, Method, RunContext, TrainingData } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { oneOf, real } from "../core/params.js";
import { Regressor } from "../core/regressor.js";
import type { NumberTarget } from "../core/target.js";

const OBJECTIVES = ["reg:squarederror", "reg:absoluteerror", "reg:pseudohubererror", "count:poisson"] as const;

export interface GradientBoostingRegressorParams extends BoostingParams {
  /** The loss. Default "reg:squarederror". */
  readonly objective: (typeof OBJECTIVES)[number];
  /** Where "reg:pseudohubererror" turns from a parabola into lines, in the unit of y. Default 1. */
  readonly huberSlope: number;
}

const definition: Definition<GradientBoostingRegressorParams> = {
  name: "GradientBoostingRegressor",
  allowsNaN: true,
  usesSampleWeight: true,
  usesEvalSet: true,
  schema: {
    ...boostingRules,
    // Counts cannot be tried on any y.
    objective: { ...oneOf("reg:squarederror", ...OBJECTIVES), samples: OBJECTIVES.slice(0, 3) },
    huberSlope: real(1, { min: 0, open: true }),
  },
};

/**
 * Gradient-boosted trees for numbers and counts, with XGBoost's parameters and meaning (Chen and Guestrin, "XGBoost: a
 * scalable tree boosting system", KDD 2016; tree_method "hist"). It is exact and shares work as GradientBoostingClassifier.
 * @see https://xgboost.readthedocs.io/en/stable/parameter.html
 */
export class GradientBoostingRegressor extends Regressor<GradientBoostingRegressorParams, BoostedModel> {
  constructor(params: Partial<GradientBoostingRegressorParams> = {}) {
    super(definition, params);
  }

  /** The fitted trees, one a round. */
  get trees(): readonly BoostedTree[] {
    return this.state.model.trees;
  }

  /** Each feature's mean gain of its splits, as shares that sum to 1. */
  get featureImportances(): Float64Array {
    return shareImportances(this.trees, this.nFeaturesIn);
  }

  /** How much each feature was used, as XGBoost's Booster.get_score counts it. */
  importances(kind: ImportanceKind): Float64Array {
    return importancesOfBoosted(this.trees, this.nFeaturesIn, kind);
  }

  /** By evaluation set and metric: its value after each round, a learning curve. */
  get evalsResult(): EvalsResult {
    return this.state.model.evalsResult;
  }

  /** The last round that early stopping kept, from 0; null without early stopping. */
  get bestIteration(): number | null {
    return this.state.model.bestIteration;
  }

  override async *learnMany(
    data: TrainingData<NumberTarget>,
    candidates: readonly Readonly<GradientBoostingRegressorParams>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: BoostedModel]> {
    const recipes = candidates.map((params) => ({ ...params, scalePosWeight: 1 }));
    const { learnBoosted } = await import("../boosting/learn-boosted.js");
    yield* learnBoosted(data, recipes, definition.name, ctx);
  }

  override async *inferMany(
    fitted: readonly FittedWith<GradientBoostingRegressorParams, BoostedModel>[],
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Float64Array]> {
    const models = fitted.map(({ model }) => model);
    for await (const [i, margins] of marginsOfModels(models, X, ctx)) {
      yield [i, objectives[models[i]!.objective].predictions(margins, 1)];
    }
  }

  override validate({ model, nFeatures }: FittedWith<GradientBoostingRegressorParams, BoostedModel>): void {
    validateBoosted(definition.name, model, nFeatures, 1, OBJECTIVES);
  }
}
