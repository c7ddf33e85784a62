import { Classifier } from "../core/classifier.js";
import type { FitContext, FittedWith, Method, RunContext, TrainingData } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import { Regressor } from "../core/regressor.js";
import type { LabelTarget, NumberTarget } from "../core/target.js";
import type { Growth } from "../tree/grow-trees.js";
import { meanImportances, type TreeModel } from "../tree/tree-model.js";
import { type ForestModel, learnForests, meansOfForests, validateForest } from "./forest.js";
import type { ForestClassifierParams, ForestRegressorParams } from "./forest-params.js";

/** A forest for classes; a subclass says how its nodes are split. */
export abstract class ForestClassifier extends Classifier<ForestClassifierParams, ForestModel> {
  /** How nodes choose their splits: the "best" of each drawn feature, or a "random" one. */
  protected abstract get splitter(): Growth["splitter"];

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
    candidates: readonly Readonly<ForestClassifierParams>[],
    ctx: FitContext,
  ) {
    return learnForests(data, candidates, this.definition.name, this.splitter, ctx);
  }

  override async *inferMany(
    fitted: readonly FittedWith<ForestClassifierParams, ForestModel>[],
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Matrix]> {
    const outputs = fitted.map(({ classes }) => classes!.length);
    for await (const [i, mean] of meansOfForests(fitted, outputs, X, ctx))
      yield [i, new Matrix(mean, X.rows, outputs[i]!)];
  }

  override validate({ model, nFeatures, classes }: FittedWith<ForestClassifierParams, ForestModel>): void {
    validateForest(model, nFeatures, classes!.length);
  }
}

/** A forest for numbers; a subclass says how its nodes are split. */
export abstract class ForestRegressor extends Regressor<ForestRegressorParams, ForestModel> {
  /** How nodes choose their splits: the "best" of each drawn feature, or a "random" one. */
  protected abstract get splitter(): Growth["splitter"];

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
    candidates: readonly Readonly<ForestRegressorParams>[],
    ctx: FitContext,
  ) {
    return learnForests(data, candidates, this.definition.name, this.splitter, ctx);
  }

  override inferMany(
    fitted: readonly FittedWith<ForestRegressorParams, ForestModel>[],
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

  override validate({ model, nFeatures }: FittedWith<ForestRegressorParams, ForestModel>): void {
    validateForest(model, nFeatures, 1);
  }
}
