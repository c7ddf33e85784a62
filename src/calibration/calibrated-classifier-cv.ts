import { Classifier } from "../core/classifier.js";
import { InvalidModelError } from "../core/errors.js";
import {
  type AnyEstimator,
  type Definition,
  Estimator,
  type FitContext,
  type FittedWith,
  type Method,
  type RunContext,
  type TrainingData,
} from "../core/estimator.js";
import { sameLabels } from "../core/labels.js";
import { Matrix } from "../core/matrix.js";
import { fittedEstimator, listOf, recordOf, requireShape } from "../core/model-shape.js";
import { boolean, oneOf, rule } from "../core/params.js";
import { predictAll } from "../core/predict-all.js";
import { type LabelTarget, requireTwoClasses } from "../core/target.js";
import { LinearSVC } from "../linear/linear-svc.js";
import { cvOrPrefitRule } from "../model-selection/cv-rule.js";
import type { CvLike } from "../split/check-cv.js";
import { type Calibrator, calibrated, calibratorShape } from "./calibrators.js";
import { scoresOf, scoringMethodOf } from "./scores-of.js";

export interface CalibratedClassifierCVParams<E extends AnyEstimator = AnyEstimator> {
  /** The classifier whose decision values, or else probabilities, are calibrated. Default a `LinearSVC`. */
  readonly estimator: E;
  /** How: "sigmoid" (Platt's, for few rows) or "isotonic" (any curve that does not fall, for many). Default "sigmoid". */
  readonly method: "sigmoid" | "isotonic";
  /**
   * How rows are held out to calibrate on: a number of stratified folds, a splitter or pairs of rows; or "prefit": the
   * estimator is fitted already, and all rows that fit is given calibrate it. Default 5.
   */
  readonly cv: CvLike | "prefit";
  /**
   * True: a classifier and its calibration for each fold, whose probabilities are averaged. False: one classifier, fitted on
   * all rows and calibrated on what the folds' classifiers said. Of no account where cv is "prefit". Default true.
   */
  readonly ensemble: boolean;
}

/** A fitted classifier and how each class's scores become probabilities; of two classes those of the second. */
export interface CalibratedPair {
  readonly estimator: AnyEstimator;
  readonly calibrators: readonly Calibrator[];
}

export interface CalibratedModel {
  readonly pairs: readonly CalibratedPair[];
}

const NAME = "CalibratedClassifierCV";

const definition: Definition<CalibratedClassifierCVParams> = {
  name: NAME,
  usesSampleWeight: true,
  schema: {
    estimator: rule<AnyEstimator>({
      default: null as unknown as AnyEstimator, // The constructor makes one, so that no two have one in common.
      expected: "a classifier",
      allows: (value) => value instanceof Estimator,
      samples: [],
      wrong: [null, 1, "svc", {}],
    }),
    method: oneOf("sigmoid", "sigmoid", "isotonic"),
    cv: cvOrPrefitRule(),
    ensemble: boolean(true),
  },
  check: ({ estimator }) =>
    estimator.target === "labels" && scoringMethodOf(estimator) !== undefined
      ? null
      : `estimator of ${NAME} must be a classifier with decisionFunction or predictProba; got ${estimator.definition.name}`,
};

/**
 * A classifier with probabilities that can be taken at their word: of rows with probability 0.8 some 80 % are of the class.
 * Its scores of held-out rows are turned into probabilities by a curve a class, each class against the rest, and those of
 * more than two classes divided by their sum (B. Zadrozny and C. Elkan, KDD 2002).
 *
 * Candidates of a search that differ in `method` alone fit their classifiers once. The classifier is given sampleWeight and
 * learns as without if it does not use it; the calibration always does. All fits of the classifier are given evalSet, if it
 * uses one.
 *
 * @throws InvalidDataError from fit if a training fold lacks a class
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.calibration.CalibratedClassifierCV.html
 */
export class CalibratedClassifierCV<E extends AnyEstimator = LinearSVC> extends Classifier<
  CalibratedClassifierCVParams<E>,
  CalibratedModel,
  { readonly estimator: E }
> {
  constructor(params: Partial<CalibratedClassifierCVParams<E>> = {}) {
    const { estimator = new LinearSVC({ randomState: 0 }) as AnyEstimator as E } = params;
    super(definition as unknown as Definition<CalibratedClassifierCVParams<E>>, { ...params, estimator });
  }

  override get members(): { readonly estimator: E } {
    return { estimator: this.params.estimator };
  }

  protected override withMembers(
    members: Readonly<Record<string, AnyEstimator>>,
  ): Partial<CalibratedClassifierCVParams<E>> {
    return { estimator: members.estimator as E };
  }

  override get allowsNaN(): boolean {
    return this.params.estimator.allowsNaN;
  }

  override get allowsLabels(): boolean {
    return this.params.estimator.allowsLabels;
  }

  override get usesEvalSet(): boolean {
    return this.params.cv !== "prefit" && this.params.estimator.usesEvalSet;
  }

  /**
   * The fitted classifiers and their calibrations: one a fold, or a single one.
   * @throws NotFittedError
   */
  get calibratedClassifiers(): readonly CalibratedPair[] {
    return this.state.model.pairs;
  }

  override async *learnMany(
    data: TrainingData<LabelTarget>,
    candidates: readonly Readonly<CalibratedClassifierCVParams<E>>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: CalibratedModel]> {
    requireTwoClasses(data.y.classes, NAME);
    // Whoever only predicts does not load what cross-validates.
    const { learnCalibrated } = await import("./learn-calibrated.js");
    yield* learnCalibrated(data, candidates, ctx);
  }

  override async *inferMany(
    fitted: readonly FittedWith<CalibratedClassifierCVParams<E>, CalibratedModel>[],
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Matrix]> {
    const seats = fitted.flatMap(({ model }, index) => model.pairs.map((pair, place) => ({ index, place, pair })));
    const tables = fitted.map((): Float64Array[] => []);
    for (const method of new Set(seats.map(({ pair }) => scoringMethodOf(pair.estimator)!))) {
      const asked = seats.filter(({ pair }) => scoringMethodOf(pair.estimator) === method);
      const estimators = asked.map(({ pair }) => pair.estimator);
      for await (const [i, output] of predictAll(estimators, X, method, ctx)) {
        const { index, place, pair } = asked[i]!;
        const scores = scoresOf(output, fitted[index]!.classes!.length, pair.estimator);
        tables[index]![place] = probabilitiesOf(scores, pair.calibrators);
      }
    }
    for (const [i, { classes }] of fitted.entries()) yield [i, meanOf(tables[i]!, X.rows, classes!.length)];
  }

  override validate(fitted: FittedWith<CalibratedClassifierCVParams<E>, CalibratedModel>): void {
    const { model, params, classes, nFeatures } = fitted;
    const curves = classes!.length === 2 ? 1 : classes!.length;
    const pair = recordOf({ estimator: fittedEstimator, calibrators: listOf(calibratorShape, curves) });
    requireShape(NAME, model, recordOf({ pairs: listOf(pair) }));
    const isLike = ({ estimator }: CalibratedPair) =>
      estimator.constructor === params.estimator.constructor &&
      estimator.state.nFeatures === nFeatures &&
      sameLabels(estimator.state.classes, classes);
    if (model.pairs.length === 0 || !model.pairs.every(isLike)) {
      throw new InvalidModelError(`the stored model of ${NAME} is damaged: its classifiers do not suit it`);
    }
  }
}

/** rows x classes: of two classes what the one curve says, of more each class against the rest, divided by the sum. */
function probabilitiesOf(scores: readonly Float64Array[], calibrators: readonly Calibrator[]): Float64Array {
  const columns = scores.map((column, c) => calibrated(calibrators[c]!, column));
  const rows = columns[0]!.length;
  if (columns.length === 1) {
    return Float64Array.from({ length: 2 * rows }, (_, k) =>
      k % 2 === 1 ? columns[0]![k >> 1]! : 1 - columns[0]![k >> 1]!,
    );
  }
  const k = columns.length;
  const table = new Float64Array(rows * k);
  for (let i = 0; i < rows; i++) {
    const sum = columns.reduce((total, column) => total + column[i]!, 0);
    for (let c = 0; c < k; c++) table[i * k + c] = sum === 0 ? 1 / k : columns[c]![i]! / sum;
  }
  return table;
}

function meanOf(tables: readonly Float64Array[], rows: number, classes: number): Matrix {
  const mean = new Float64Array(rows * classes);
  for (const table of tables) for (let k = 0; k < mean.length; k++) mean[k]! += table[k]!;
  for (let k = 0; k < mean.length; k++) mean[k]! /= tables.length;
  return new Matrix(mean, rows, classes);
}
