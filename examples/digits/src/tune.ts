import {
  crossValScore,
  int,
  RandomForestClassifier,
  type RunOptions,
  type SearchFitOptions,
  TpeTuner,
} from "trellis-learn";
import { type Tracker, track } from "trellis-learn/tracking";
import type { Data } from "./data.js";
import { logScores } from "./log-scores.js";
import { type Scores, scoresOf } from "./scores.js";

const cv = 3;

/** What is tuned: a forest over four ranges of its parameters, by the mean accuracy of 3-fold cross-validation. */
export function digitsTuner(trials: number, seed: number) {
  return new TpeTuner({
    estimator: new RandomForestClassifier({ randomState: seed }),
    space: {
      nEstimators: int(50, 300, { step: 50 }),
      maxDepth: int(5, 30, { step: 5 }),
      minSamplesSplit: int(2, 20),
      minSamplesLeaf: int(1, 20),
    },
    nTrials: trials,
    cv,
    randomState: seed,
  });
}

export type DigitsTuner = ReturnType<typeof digitsTuner>;

/** A fitted forest and what is known of it. */
export interface Outcome {
  readonly title: string;
  readonly model: RandomForestClassifier;
  /** Mean accuracy over the folds of the training images. */
  readonly cvScore: number;
  readonly test: Scores;
}

/**
 * Looks for the best parameters, fits the forest that has them on all training images, and logs both.
 *
 * @param key of the run; null for a new one
 */
export async function tune(
  tuner: DigitsTuner,
  { train, test }: Data,
  tracker: Tracker,
  key: string | null,
  options: SearchFitOptions,
): Promise<Outcome> {
  const tracked = track(tracker, { name: "digits_tuning", tags: { model: "tuned" }, ...(key !== null && { key }) });
  await tracked.fit(tuner, train.X, train.y, options);
  const model = tuner.bestEstimator;
  const scores = await scoresOf(model, test, options);
  logScores(tracked.run, scores);
  return { title: "Tuned forest", model, cvScore: tuner.bestScore, test: scores };
}

/** The forest that nobody tuned, which shows what the tuning was worth. */
export async function fitBaseline(
  seed: number,
  { train, test }: Data,
  tracker: Tracker,
  options: RunOptions,
): Promise<Outcome> {
  const model = new RandomForestClassifier({ randomState: seed });
  const scores = await crossValScore(model, train.X, train.y, { ...options, cv });
  await model.fit(train.X, train.y, options);
  const cvScore = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const scoresOnTest = await scoresOf(model, test, options);
  const run = tracker.startRun("digits_baseline", { tags: { model: "baseline" } });
  run.params(model.getParams());
  run.metrics({ cv_score: cvScore });
  logScores(run, scoresOnTest);
  await run.model("baseline", model);
  run.end();
  return { title: "Baseline forest", model, cvScore, test: scoresOnTest };
}
