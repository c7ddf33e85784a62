import { stat } from "node:fs/promises";
import { join } from "node:path";
import { RandomForestClassifier, type RunOptions } from "trellis-learn";
import { loadModel } from "trellis-learn/node";
import type { Labelled } from "./data.js";
import { type Scores, scoresOf } from "./scores.js";

/** The file of a model: itself, or the best model in the folder of a report. */
export async function modelAt(path: string): Promise<string> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() === true;
  const file = isFolder ? join(path, "best-model.trellis") : path;
  if ((await stat(file).catch(() => null)) === null) {
    throw new Error(`there is no model at ${file}; npm run digits leaves one in digits-report`);
  }
  return file;
}

/** Loads a forest and scores it on the test images. */
export async function evaluate(file: string, test: Labelled, options: RunOptions = {}): Promise<Scores> {
  const model = await loadModel(file, RandomForestClassifier);
  if (!model.isFitted) throw new Error(`the forest in ${file} was saved before it was fitted`);
  if (model.nFeaturesIn !== test.X.cols) {
    throw new Error(`the forest in ${file} reads rows of ${model.nFeaturesIn} values; digits have ${test.X.cols}`);
  }
  return scoresOf(model, test, options);
}
