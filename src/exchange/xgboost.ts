import type { BoostedModel } from "../boosting/boosted-model.js";
import { InvalidModelError, InvalidParameterError, TrellisError } from "../core/errors.js";
import { Estimator } from "../core/estimator.js";
import { type Label, sameLabels, uniqueLabels } from "../core/labels.js";
import { describe } from "../core/to-matrix.js";
import { GradientBoostingClassifier } from "../ensemble/gradient-boosting-classifier.js";
import { GradientBoostingRegressor } from "../ensemble/gradient-boosting-regressor.js";
import { printJson } from "./json-text.js";
import { printUbjson } from "./ubjson.js";
import type { XGBoostModel } from "./xgboost-model.js";
import { readXGBoost } from "./xgboost-reader.js";
import { toDocument } from "./xgboost-writer.js";

/** The estimators that have a counterpart in XGBoost. */
export type GradientBoosting = GradientBoostingClassifier | GradientBoostingRegressor;

/** Of `toXGBoostJSON` and `toXGBoostUBJSON`. */
export interface ToXGBoostOptions {
  /** A name for each feature, all different. Default: none; XGBoost then calls them f0, f1, and so on. */
  readonly featureNames?: readonly string[] | undefined;
}

/** Of `fromXGBoost`. */
export interface FromXGBoostOptions {
  /**
   * The labels of the classes that XGBoost calls 0, 1, and so on: sorted, as `classes` of a classifier always are.
   * Default: those in the file if Trellis wrote it, else those numbers.
   */
  readonly classes?: readonly Label[] | undefined;
  /**
   * "all" predicts as `Booster.predict` does. "best" leaves out what comes after the round that early stopping found
   * the best, as XGBClassifier and XGBRegressor do. Default "all".
   */
  readonly rounds?: "all" | "best" | undefined;
}

/**
 * A fitted model as the JSON text that XGBoost loads (Booster.load_model, XGBClassifier.load_model), in version 2 and
 * later; a classifier of more than two classes whose base margins differ needs XGBoost 3.1 (older ones overlook them).
 * The margins that XGBoost predicts are the same to the bit, but for what its logarithm of base_score rounds otherwise.
 *
 * XGBoost knows classes as 0, 1, and so on; other labels travel as the attribute "trellis_classes".
 *
 * @throws NotFittedError; InvalidParameterError for another class of models or wrong names; InvalidModelError for a base
 * margin that has no base_score
 * @see https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
 */
export function toXGBoostJSON(model: GradientBoosting, options: ToXGBoostOptions = {}): string {
  return printJson(toDocument(plain(model, options, "toXGBoostJSON")));
}

/** The same as `toXGBoostJSON` in Universal Binary JSON, XGBoost's default format. */
export function toXGBoostUBJ(model: GradientBoosting, options: ToXGBoostOptions = {}): Uint8Array<ArrayBuffer> {
  return printUbjson(toDocument(plain(model, options, "toXGBoostUBJ")));
}

/**
 * The fitted estimator of a model that XGBoost saved as JSON or UBJSON. It predicts what XGBoost predicts. The file may
 * come from anywhere: it is data, and all of it is checked.
 *
 * Read are the boosters gbtree and dart with the objectives multi:softprob, multi:softmax, binary:logistic,
 * binary:logitraw and reg:logistic (a classifier) and reg:squarederror, reg:absoluteerror, reg:pseudohubererror and
 * count:poisson (a regressor), with splits by value. A file holds no training parameters but those of the objective: the
 * others are Trellis's defaults, `nEstimators` apart. With num_parallel_tree each of the parallel trees makes a round of
 * its own. `value` of inner nodes is XGBoost's base_weight, in which there is no learning rate.
 *
 * @param source the bytes of the file, or its JSON text
 * @throws InvalidModelError naming the place of what is damaged or not supported; InvalidParameterError for classes that
 * do not fit the model
 */
export function fromXGBoost(source: Uint8Array | string, options: FromXGBoostOptions = {}): GradientBoosting {
  if (typeof source !== "string" && !(source instanceof Uint8Array)) {
    throw new InvalidParameterError(
      `source of fromXGBoost must be a Uint8Array or a string; got ${describe(source)}`,
      "source",
    );
  }
  const { rounds = "all" } = options;
  if (rounds !== "all" && rounds !== "best") {
    throw new InvalidParameterError(
      `rounds of fromXGBoost must be one of "all", "best"; got ${describe(rounds)}`,
      "rounds",
    );
  }
  const model = readXGBoost(source);
  return fitted(rounds === "best" ? upToBest(model) : model, options.classes);
}

function plain(model: GradientBoosting, { featureNames }: ToXGBoostOptions, verb: string): XGBoostModel {
  if (!(model instanceof GradientBoostingClassifier || model instanceof GradientBoostingRegressor)) {
    throw new InvalidParameterError(
      `model of ${verb} must be a GradientBoostingClassifier or GradientBoostingRegressor; got ${describe(model)}`,
      "model",
    );
  }
  const { nFeatures, classes, model: state } = model.state;
  if (featureNames !== undefined) checkNames(featureNames, nFeatures, verb);
  return {
    objective: state.objective,
    settings: model.params,
    baseMargin: state.baseMargin,
    trees: state.trees,
    nFeatures,
    featureNames: featureNames ?? null,
    classes: classes?.every((label, i) => label === i) ? null : classes,
    bestIteration: state.bestIteration,
  };
}

/** XGBoost's own rule, which it applies when names are set and not when they are loaded. */
function checkNames(names: readonly string[], nFeatures: number, verb: string): void {
  const refuse = (got: string) =>
    new InvalidParameterError(
      `featureNames of ${verb} must be ${nFeatures} different texts without [, ] and <; got ${got}`,
      "featureNames",
    );
  if (!Array.isArray(names)) throw refuse(describe(names));
  if (names.length !== nFeatures) throw refuse(`${names.length}`);
  const seen = new Set<unknown>();
  for (const [i, name] of names.entries()) {
    if (typeof name !== "string" || /[[\]<]/.test(name) || seen.has(name)) throw refuse(`${describe(name)} at ${i}`);
    seen.add(name);
  }
}

function upToBest(model: XGBoostModel): XGBoostModel {
  const { bestIteration, trees, baseMargin } = model;
  if (bestIteration === null) {
    throw new InvalidModelError('the XGBoost model has no best_iteration, which rounds: "best" asks for');
  }
  const kept = (bestIteration + 1) * baseMargin.length;
  if (kept > trees.length) {
    throw new InvalidModelError(
      `the XGBoost model is damaged: its best_iteration is ${bestIteration} of ${trees.length / baseMargin.length} rounds`,
    );
  }
  return { ...model, trees: trees.slice(0, kept) };
}

function fitted(model: XGBoostModel, given: readonly Label[] | undefined): GradientBoosting {
  const { objective, settings, baseMargin, trees, nFeatures } = model;
  const nEstimators = trees.length / baseMargin.length;
  const bestIteration = model.bestIteration === nEstimators - 1 ? model.bestIteration : null;
  const state: BoostedModel = { objective, baseMargin, trees, evalsResult: {}, bestIteration };
  if (objective === "multi:softprob" || objective === "binary:logistic") {
    const classes = classesOf(model, given);
    const estimator = new GradientBoostingClassifier({ ...settings, objective, nEstimators });
    return restore(estimator, { classes, nFeatures, model: state });
  }
  if (given !== undefined) {
    throw new InvalidParameterError(
      `classes of fromXGBoost must be left out for ${objective}, which has no classes`,
      "classes",
    );
  }
  const estimator = new GradientBoostingRegressor({ ...settings, objective, nEstimators });
  return restore(estimator, { classes: null, nFeatures, model: state });
}

function classesOf({ objective, classes, baseMargin }: XGBoostModel, given: readonly Label[] | undefined) {
  const count = objective === "multi:softprob" ? baseMargin.length : 2;
  const labels = given ?? classes ?? Array.from({ length: count }, (_, i) => i);
  if (Array.isArray(labels) && labels.length === count && areClasses(labels)) return [...labels];
  const expected = `${count} labels of one kind, sorted and all different`;
  if (given === undefined) {
    throw new InvalidModelError(`the XGBoost model is damaged: its trellis_classes must be ${expected}`);
  }
  const got = Array.isArray(given) ? JSON.stringify(given).slice(0, 80) : describe(given);
  throw new InvalidParameterError(`classes of fromXGBoost must be ${expected}; got ${got}`, "classes");
}

function areClasses(labels: readonly Label[]): boolean {
  try {
    return sameLabels(uniqueLabels(labels), labels);
  } catch {
    return false;
  }
}

type Restored = Pick<GradientBoosting["state"], "classes" | "nFeatures" | "model">;

/** Gives an estimator a state once parameters and state have been checked; the seed of the training is not known. */
function restore<E extends GradientBoosting>(estimator: E, restored: Restored): E {
  const state = { ...restored, seed: 0 };
  try {
    estimator.checkParams();
    estimator.validate({ ...state, params: estimator.params } as never);
  } catch (error) {
    if (!(error instanceof TrellisError)) throw error;
    throw new InvalidModelError(`the XGBoost model is damaged: ${error.message}`, { cause: error });
  }
  Estimator.restore(estimator as never, state);
  return estimator;
}
