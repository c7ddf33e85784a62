import { crossValScore, int, RandomForestClassifier, type RunOptions, type SearchEvent, TpeTuner } from "trellis-learn";
import type { UnitsJournal } from "trellis-learn/node";
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

export interface TuneRun extends RunOptions {
  readonly onEvent?: (event: SearchEvent) => void;
  readonly journal?: UnitsJournal;
}

/** Looks for the best parameters, and fits the forest that has them on all training images. */
export async function tune(tuner: DigitsTuner, { train, test }: Data, { onEvent, journal, ...run }: TuneRun): Promise<Outcome> {
  await tuner.fit(train.X, train.y, { ...run, onEvent, journal });
  const model = tuner.bestEstimator;
  return { title: "Tuned forest", model, cvScore: tuner.bestScore, test: await scoresOf(model, test, run) };
}

/** The forest that nobody tuned, which shows what the tuning was worth. */
export async function fitBaseline(seed: number, { train, test }: Data, run: RunOptions): Promise<Outcome> {
  const model = new RandomForestClassifier({ randomState: seed });
  const scores = await crossValScore(model, train.X, train.y, { ...run, cv });
  await model.fit(train.X, train.y, run);
  const cvScore = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return { title: "Baseline forest", model, cvScore, test: await scoresOf(model, test, run) };
}
