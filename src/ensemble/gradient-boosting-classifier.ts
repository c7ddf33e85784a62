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
import { Classifier } from "../core/classifier.js";
import { InvalidParameterError } from "../core/errors.js";
import type {
  Definition,
  FitContext,
  FittedWith,
  Method,
  RunContext,
  RunOptions,
  TrainingData,
} from "../core/estimator.js";
import { Matrix, type MatrixLike } from "../core/matrix.js";
import { nullable, oneOf, real } from "../core/params.js";
import { type LabelTarget, requireTwoClasses } from "../core/target.js";

export interface GradientBoostingClassifierParams extends BoostingParams {
  /** The loss; null: "binary:logistic" for two classes, "multi:softprob" for more. Default null. */
  readonly objective: "binary:logistic" | "multi:softprob" | null;
  /** What rows of the second of two classes weigh ("binary:logistic" only). Default 1. */
  readonly scalePosWeight: number;
}

type ClassifierObjective = NonNullable<GradientBoostingClassifierParams["objective"]>;

const definition: Definition<GradientBoostingClassifierParams> = {
  name: "GradientBoostingClassifier",
  allowsNaN: true,
  usesSampleWeight: true,
  usesEvalSet: true,
  schema: {
    ...boostingRules,
    objective: {
      ...nullable(oneOf<ClassifierObjective>("multi:softprob", "binary:logistic", "multi:softprob")),
      samples: [null, "multi:softprob"],
    },
    scalePosWeight: real(1, { min: 0, open: true }),
  },
};

/**
 * Gradient-boosted trees for classes, with XGBoost's parameters and meaning (Chen and Guestrin, "XGBoost: a scalable tree
 * boosting system", KDD 2016; tree_method "hist"): second-order, regularised, NaN as missing. Values are rounded to f32.
 *
 * Sums are exact, so a fit gives the same bits however many workers it has and in whatever order the rows come. In a search
 * candidates that differ in `nEstimators` are slices of one model, and all of a fold share its bins.
 *
 * With `earlyStoppingRounds` and `fit(X, y, { evalSet: [Xv, yv] })` the rounds up to the best one are kept.
 * @see https://xgboost.readthedocs.io/en/stable/parameter.html
 */
export class GradientBoostingClassifier extends Classifier<GradientBoostingClassifierParams, BoostedModel> {
  constructor(params: Partial<GradientBoostingClassifierParams> = {}) {
    super(definition, params);
  }

  override get methods(): readonly Method[] {
    return ["predict", "predictProba", "decisionFunction"];
  }

  protected override get predictsBy(): Method {
    return "decisionFunction";
  }

  /** The fitted trees: round after round, one tree, or one for each of more than two classes. */
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

  /** Margins, rows x classes; rows x 1 for two classes, positive for the second. */
  async decisionFunction(X: MatrixLike, options: RunOptions = {}): Promise<Matrix> {
    return (await this.answer("decisionFunction", X, options)) as Matrix;
  }

  override async *learnMany(
    data: TrainingData<LabelTarget>,
    candidates: readonly Readonly<GradientBoostingClassifierParams>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: BoostedModel]> {
    const { classes } = data.y;
    requireTwoClasses(classes, definition.name);
    const recipes = candidates.map((params) => {
      if (params.objective === "binary:logistic" && classes.length > 2) {
        throw new InvalidParameterError(
          `objective of ${definition.name} must be "multi:softprob" or null for ${classes.length} classes; got "binary:logistic"`,
          "objective",
        );
      }
      const byDefault: ClassifierObjective = classes.length === 2 ? "binary:logistic" : "multi:softprob";
      return { ...params, objective: params.objective ?? byDefault, huberSlope: 1 };
    });
    const { learnBoosted } = await import("../boosting/learn-boosted.js");
    yield* learnBoosted(data, recipes, definition.name, ctx);
  }

  override async *inferMany(
    fitted: readonly FittedWith<GradientBoostingClassifierParams, BoostedModel>[],
    X: Matrix,
    method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Matrix]> {
    const models = fitted.map(({ model }) => model);
    for await (const [i, margins] of marginsOfModels(models, X, ctx)) {
      const { objective, baseMargin } = models[i]!;
      const outputs = baseMargin.length;
      if (method === "decisionFunction") yield [i, byRows(margins, X.rows, outputs)];
      else {
        const predictions = objectives[objective].predictions(margins, outputs);
        yield [i, outputs === 1 ? bothClasses(predictions) : new Matrix(predictions, X.rows, outputs)];
      }
    }
  }

  override validate({ model, nFeatures, classes }: FittedWith<GradientBoostingClassifierParams, BoostedModel>): void {
    const isBinary = model.objective === "binary:logistic" && classes!.length === 2;
    validateBoosted(definition.name, model, nFeatures, isBinary ? 1 : classes!.length, [
      "binary:logistic",
      "multi:softprob",
    ]);
  }
}

/** f64[rows][outputs] of f32[outputs][rows]. */
function byRows(margins: Float32Array, rows: number, outputs: number): Matrix {
  const data = new Float64Array(margins.length);
  for (let k = 0; k < outputs; k++) {
    for (let row = 0; row < rows; row++) data[row * outputs + k] = margins[k * rows + row]!;
  }
  return new Matrix(data, rows, outputs);
}

/** The probabilities of both classes, of those of the second. */
function bothClasses(second: Float64Array): Matrix {
  const data = new Float64Array(2 * second.length);
  for (let row = 0; row < second.length; row++) {
    data[2 * row] = 1 - second[row]!;
    data[2 * row + 1] = second[row]!;
  }
  return new Matrix(data, second.length, 2);
}
