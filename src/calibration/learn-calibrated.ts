import { ConfigurationKeys } from "../core/configuration.js";
import { InvalidDataError } from "../core/errors.js";
import type { AnyEstimator, FitContext, Method, RunContext, TrainingData } from "../core/estimator.js";
import { fitAll } from "../core/fit-all.js";
import { outputOf } from "../core/predict-all.js";
import { asFitted } from "../core/prefit.js";
import type { LabelTarget } from "../core/target.js";
import { foldAnswers, outOfFold } from "../model-selection/out-of-fold.js";
import { splitsOf } from "../model-selection/splits-of.js";
import type { CvLike } from "../split/check-cv.js";
import type { Split } from "../split/splitter.js";
import type { CalibratedClassifierCVParams, CalibratedModel, CalibratedPair } from "./calibrated-classifier-cv.js";
import type { Calibrator } from "./calibrators.js";
import { fitIsotonic } from "./fit-isotonic.js";
import { fitSigmoid } from "./fit-sigmoid.js";
import { scoresOf, scoringMethodOf } from "./scores-of.js";

const NAME = "CalibratedClassifierCV";

type Params = Readonly<CalibratedClassifierCVParams<AnyEstimator>>;

/** A fitted classifier, and its scores of rows that it has not learnt from. */
interface Scored {
  readonly estimator: AnyEstimator;
  /** By class, as `scoresOf` gives them. */
  readonly scores: readonly Float64Array[];
  /** The rows that the scores are of. */
  readonly rows: Uint32Array;
}

/** Candidates that differ in their method alone. */
interface Source {
  readonly estimator: AnyEstimator;
  readonly scoring: Method;
  readonly cv: CvLike | "prefit";
  readonly ensemble: boolean;
  readonly candidates: number[];
  /** What is calibrated; null where a fit failed. */
  scored: Scored[] | null;
}

/** Fits calibrated classifiers together: those that differ in how they are calibrated have their classifiers in common. */
export async function* learnCalibrated(
  data: TrainingData<LabelTarget>,
  candidates: readonly Params[],
  ctx: FitContext,
): AsyncGenerator<readonly [index: number, model: CalibratedModel]> {
  const sources = sourcesOf(candidates);
  const failures: unknown[] = [];
  const onFailure = (source: Source, error: unknown) => {
    if (candidates.length === 1) throw error;
    source.scored = null;
    failures.push(error);
  };
  const groups = groupsOf(sources, data.y);
  const total = groups.reduce((sum, group) => sum + fitsOf(group), 0);
  let done = 0;
  const tick = () => ctx.progress({ what: "fits", done: ++done, total });
  for (const group of groups) await score(group, data, runOf(ctx), onFailure, tick);
  for (const { scored, candidates: those } of sources) {
    if (scored === null) continue;
    for (const i of those) yield [i, { pairs: scored.map((part) => calibrate(part, candidates[i]!.method, data)) }];
  }
  // Candidates that were left out are then tried alone, so that each failure lands on its own candidate.
  if (failures.length > 0) throw failures[0];
}

const runOf = ({ pool, workspace, signal }: RunContext): RunContext => ({ pool, workspace, signal });

function sourcesOf(candidates: readonly Params[]): readonly Source[] {
  const keys = new ConfigurationKeys();
  const sources = new Map<string, Source>();
  for (const [index, { estimator, cv, ensemble }] of candidates.entries()) {
    const key = `${keys.keyOf(estimator)} ${keys.valueKey(cv)} ${ensemble}`;
    const known = sources.get(key);
    if (known !== undefined) known.candidates.push(index);
    else
      sources.set(key, {
        estimator,
        scoring: scoringMethodOf(estimator)!,
        cv,
        ensemble,
        candidates: [index],
        scored: [],
      });
  }
  return [...sources.values()];
}

/** Sources that hold out the same rows. */
interface Group {
  readonly sources: readonly Source[];
  /** Null where classifiers are fitted already. */
  readonly splits: readonly Split[] | null;
}

function groupsOf(sources: readonly Source[], y: LabelTarget): readonly Group[] {
  return Array.from(new Set(sources.map(({ cv }) => cv)), (cv) => ({
    sources: sources.filter((source) => source.cv === cv),
    splits: cv === "prefit" ? null : splitsOf(cv, y),
  }));
}

/** Each classifier is fitted once for each fold, and where it is a single one that is kept on all rows. */
function fitsOf({ sources, splits }: Group): number {
  if (splits === null) return 0;
  return sources.reduce((sum, { ensemble }) => sum + splits.length + (ensemble ? 0 : 1), 0);
}

/** Fits the classifiers of sources that hold out the same rows, and scores these. */
async function score(
  { sources, splits }: Group,
  data: TrainingData<LabelTarget>,
  ctx: RunContext,
  onFailure: (source: Source, error: unknown) => void,
  tick: () => void,
): Promise<void> {
  const { X, y } = data;
  const all = Uint32Array.from({ length: X.rows }, (_, row) => row);
  const classes = y.classes.length;
  if (splits === null) {
    for (const source of sources) {
      const estimator = asFitted(source.estimator, data, `estimator of ${NAME}`, 'where cv is "prefit"');
      const output = await outputOf(estimator, X, source.scoring, ctx);
      source.scored!.push({ estimator, scores: scoresOf(output, classes, estimator), rows: all });
    }
    return;
  }
  checkClasses(splits, y);
  const questionsOf = (those: readonly Source[]) =>
    those.map(({ estimator, scoring }) => ({ estimator, method: scoring }));

  const many = sources.filter(({ ensemble }) => ensemble);
  const failOf = (those: readonly Source[]) => (i: number, error: unknown) => onFailure(those[i]!, error);
  const folds = many.map((): Scored[] => []);
  for await (const answer of foldAnswers(questionsOf(many), data, splits, ctx, failOf(many))) {
    const { question, fold, estimator, output } = answer;
    folds[question]![fold] = { estimator, scores: scoresOf(output, classes, estimator), rows: splits[fold]!.test };
    tick();
  }
  for (const [i, source] of many.entries()) source.scored?.push(...folds[i]!);

  const single = sources.filter(({ ensemble }) => !ensemble);
  if (single.length === 0) return;
  const fitted = single.map(({ estimator }) => estimator.clone());
  const { sampleWeight, evalSets } = data;
  for await (const _ of fitAll(fitted, X, y, { ...ctx, sampleWeight, evalSets, onFailure: failOf(single) })) tick();
  const left = single.filter((_, i) => fitted[i]!.isFitted);
  const answers = await outOfFold(questionsOf(left), data, splits, ctx, failOf(left), tick);
  for (const [i, output] of answers.entries()) {
    const estimator = fitted[single.indexOf(left[i]!)]!;
    if (output !== null) left[i]!.scored?.push({ estimator, scores: scoresOf(output, classes, estimator), rows: all });
  }
}

/** A classifier that has not seen a class has no scores for it. */
function checkClasses(splits: readonly Split[], y: LabelTarget): void {
  for (const [fold, { train }] of splits.entries()) {
    const { classes } = y.take(train);
    const missing = y.classes.find((label) => !classes.includes(label));
    if (missing === undefined) continue;
    throw new InvalidDataError(
      `${NAME} needs all classes in each training fold; fold ${fold} lacks ${JSON.stringify(missing)}: take fewer or stratified folds`,
    );
  }
}

/** Fits a calibrator for each class against the rest. */
function calibrate(
  { estimator, scores, rows }: Scored,
  method: Params["method"],
  { y, sampleWeight }: TrainingData<LabelTarget>,
): CalibratedPair {
  const weights = sampleWeight === null ? null : Float64Array.from(rows, (row) => sampleWeight[row]!);
  if (weights?.every((weight) => weight === 0)) {
    throw new InvalidDataError("sampleWeight must leave a row with a weight > 0 in each test fold; one has none");
  }
  const fitCurve = method === "sigmoid" ? fitSigmoid : fitIsotonic;
  const calibrators = scores.map((column, c): Calibrator => {
    const positive = scores.length === 1 ? 1 : c;
    return fitCurve(column, (i) => y.codes[rows[i]!] === positive, weights);
  });
  return { estimator, calibrators };
}
