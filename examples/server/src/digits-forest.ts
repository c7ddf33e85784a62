import { loadData } from "digits-example/data";
import { scoresOf } from "digits-example/scores";
import { RandomForestClassifier } from "trellis-learn";
import type { ModelStore } from "trellis-learn/node";
import { renamed, snakeCase } from "./parameter-names.js";

/** What `npm run digits` finds in 50 trials: the forest of the second seed. */
const TUNED = { nEstimators: 200, maxDepth: 30, minSamplesSplit: 2, minSamplesLeaf: 1 };

/** Fits the tuned forest on the 8 x 8 digits and publishes it. */
export async function publishDigitsForest(store: ModelStore): Promise<void> {
  const { train, test } = loadData();
  const forest = new RandomForestClassifier({ ...TUNED, randomState: 42 });
  await forest.fit(train.X, train.y);
  const { accuracy, precision, recall, f1 } = await scoresOf(forest, test, {});
  await store.publish("digits", forest, {
    best_params: renamed(TUNED, snakeCase),
    test_accuracy: accuracy,
    precision,
    recall,
    f1_score: f1,
  });
}
