import { InvalidDataError } from "../core/errors.js";

/** Loss and metrics after each epoch, by name: `history` of a neural network. */
export type TrainingHistory = Readonly<Record<string, ArrayLike<number>>>;

/** By evaluation set and metric, values after each round: `evalsResult` of gradient boosting. */
export type EvaluationHistory = Readonly<Record<string, TrainingHistory>>;

/** Scores of a model that was fitted on more and more rows, as scikit-learn's `learning_curve` gives them. */
export interface ScoresBySize {
  /** Numbers of training rows, ascending. */
  readonly trainSizes: ArrayLike<number>;
  /** For each size, the scores of each fold on its training rows. */
  readonly trainScores: ArrayLike<ArrayLike<number>>;
  /** For each size, the scores of each fold on its test rows. */
  readonly testScores: ArrayLike<ArrayLike<number>>;
}

/** What a learning curve can be drawn of. */
export type LearningCurve = TrainingHistory | EvaluationHistory | ScoresBySize;

export interface PanelLine {
  readonly name: string;
  /** At each x; NaN where there is none. */
  readonly values: readonly number[];
  /** Standard deviations over folds, at each x. */
  readonly spreads?: readonly number[];
}

/** What one metric came to. */
export interface CurvePanel {
  readonly name: string;
  readonly lines: readonly PanelLine[];
}

export interface CurvePanels {
  readonly xName: string;
  readonly xs: readonly number[];
  readonly panels: readonly CurvePanel[];
}

/** @throws InvalidDataError where there is nothing to draw, or lengths differ */
export function panelsOf(curve: LearningCurve, scoreName: string): CurvePanels {
  const found = isBySize(curve) ? bySize(curve, scoreName) : isEvaluation(curve) ? byRound(curve) : byEpoch(curve);
  const lines = found.panels.flatMap((panel) => panel.lines);
  if (!lines.some(({ values }) => values.some(Number.isFinite))) {
    throw new InvalidDataError("the curve of learningCurvePicture must hold a finite number; got none");
  }
  for (const { name, values } of lines) {
    if (values.length !== found.xs.length) {
      throw new InvalidDataError(
        `all lines of learningCurvePicture must have as many values (${found.xs.length}); got ${values.length} of ${name}`,
      );
    }
  }
  return found;
}

function isBySize(curve: LearningCurve): curve is ScoresBySize {
  return "trainSizes" in curve && "testScores" in curve;
}

function isEvaluation(curve: TrainingHistory | EvaluationHistory): curve is EvaluationHistory {
  const [first] = Object.values(curve);
  return first !== undefined && !("length" in first);
}

function bySize({ trainSizes, trainScores, testScores }: ScoresBySize, name: string): CurvePanels {
  const lines = [lineOfFolds("training", trainScores), lineOfFolds("validation", testScores)];
  return { xName: "Training rows", xs: Array.from(trainSizes), panels: [{ name, lines }] };
}

function lineOfFolds(name: string, scores: ArrayLike<ArrayLike<number>>): PanelLine {
  const folds = Array.from(scores, (ofSize) => Array.from(ofSize));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const values = folds.map(mean);
  const spreads = folds.map((of, i) => Math.sqrt(mean(of.map((value) => (value - values[i]!) ** 2))));
  return { name, values, spreads };
}

function byRound(curve: EvaluationHistory): CurvePanels {
  const sets = Object.entries(curve);
  const metrics = [...new Set(sets.flatMap(([, values]) => Object.keys(values)))];
  const panels = metrics.map((name) => ({
    name,
    lines: sets.flatMap(([set, values]) =>
      Object.hasOwn(values, name) ? [{ name: set, values: Array.from(values[name]!) }] : [],
    ),
  }));
  return { xName: "Round", xs: counted(panels), panels };
}

/** "valLoss" is the loss of the set "val", where there is a "loss". */
function byEpoch(curve: TrainingHistory): CurvePanels {
  const names = Object.keys(curve);
  const setOf = (name: string, metric: string) => {
    const ending = `${metric.slice(0, 1).toUpperCase()}${metric.slice(1)}`;
    return name !== metric && name.endsWith(ending) ? name.slice(0, -ending.length) : null;
  };
  const metrics = names.filter((name) => names.every((metric) => setOf(name, metric) === null));
  const panels = metrics.map((metric) => ({
    name: metric,
    lines: names.flatMap((name) => {
      const set = name === metric ? "training" : setOf(name, metric);
      return set === null ? [] : [{ name: set === "val" ? "validation" : set, values: Array.from(curve[name]!) }];
    }),
  }));
  return { xName: "Epoch", xs: counted(panels), panels };
}

/** 1, 2, 3 ... */
function counted(panels: readonly CurvePanel[]): number[] {
  return Array.from({ length: panels[0]?.lines[0]?.values.length ?? 0 }, (_, i) => i + 1);
}
