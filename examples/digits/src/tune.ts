import {
  crossValScore,
  int,
  RandomForestClassifier,
  type RunOptions,
  type SearchFitOptions,
  TpeTuner,
} from "trellis-learn";
import type { Data } from "./data.js";
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

/** Looks for the best parameters, and fits the forest that has them on all training images. */
export async function tune(tuner: DigitsTuner, { train, test }: Data, options: SearchFitOptions): Promise<Outcome> {
  await tuner.fit(train.X, train.y, options);
  const model = tuner.bestEstimator;
  return { title: "Tuned forest", model, cvScore: tuner.bestScore, test: await scoresOf(model, test, options) };
}

/** The forest that nobody tuned, which shows what the tuning was worth. */
export async function fitBaseline(seed: number, { train, test }: Data, options: RunOptions): Promise<Outcome> {
  const model = new RandomForestClassifier({ randomState: seed });
  const scores = await crossValScore(model, train.X, train.y, { ...options, cv });
  await model.fit(train.X, train.y, options);
  const cvScore = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return { title: "Baseline forest", model, cvScore, test: await scoresOf(model, test, options) };
}
