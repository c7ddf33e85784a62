import { z } from "zod";

/** The values to try for each parameter, by the names that scikit-learn, Keras and XGBoost give them. */
export type Grid = Readonly<Record<string, readonly (number | string | null)[]>>;

/** A sentence for whatever is refused. */
const said = (sentence: string) => ({ error: () => `must be ${sentence}` });

function integer(min: number, max: number, sentence = `an integer from ${min} to ${max}`) {
  return z.int(said(sentence)).min(min, said(sentence)).max(max, said(sentence));
}

function real(min: number, max: number, sentence = `a number from ${min} to ${max}`) {
  return z.number(said(sentence)).min(min, said(sentence)).max(max, said(sentence));
}

/** `min` itself is left out. */
function above(min: number, max: number, sentence = `a number > ${min} and <= ${max}`) {
  return z.number(said(sentence)).gt(min, said(sentence)).max(max, said(sentence));
}

function word<const T extends readonly [string, ...string[]]>(...words: T) {
  return z.enum(words, said(`one of ${words.join(", ")}`));
}

/** A number as said, or one of a few words or null. */
function or(
  number: (sentence: string) => z.ZodType<number>,
  words: readonly [string | null, ...(string | null)[]],
  sentence: string,
) {
  return z.union([z.literal(words), number(sentence)], said(sentence));
}

const randomState = integer(0, 2 ** 32 - 1);
const ofNets = {
  batch_size: integer(1, 4096),
  epochs: integer(1, 100),
  optimizer: word("adam", "rmsprop", "sgd"),
  random_state: randomState,
};

/** What may be tuned in each family of models, and within which bounds: nobody may ask for work without end. */
export const tunable = {
  fcnn: ofNets,
  xgboost: {
    max_depth: integer(1, 64),
    learning_rate: above(0, 1),
    n_estimators: integer(1, 5000),
    subsample: above(0, 1),
    min_child_weight: real(0, 1e6),
    gamma: real(0, 1e6),
    reg_lambda: real(0, 1e6),
    reg_alpha: real(0, 1e6),
    random_state: randomState,
  },
  rf: {
    n_estimators: integer(1, 5000),
    max_depth: or((sentence) => integer(1, 64, sentence), [null], "null or an integer from 1 to 64"),
    min_samples_split: integer(2, 60_000),
    min_samples_leaf: integer(1, 60_000),
    max_features: or(
      (sentence) => integer(1, 784, sentence),
      ["sqrt", "log2", null],
      "sqrt, log2, null or an integer from 1 to 784",
    ),
    criterion: word("gini", "entropy", "log_loss"),
    random_state: randomState,
  },
  svm: {
    C: above(0, 1e6),
    gamma: or((sentence) => above(0, 1e6, sentence), ["scale", "auto"], "scale, auto or a number > 0 and <= 1000000"),
    kernel: word("rbf", "linear", "poly", "sigmoid"),
    random_state: randomState,
  },
  cnn: ofNets,
} as const;

export type FamilyName = keyof typeof tunable;

/** In the order in which they are trained. */
export const familyNames = Object.keys(tunable) as FamilyName[];

const gridOfNets = { batch_size: [32, 64, 128], epochs: [5, 10], optimizer: ["adam", "rmsprop"] };

/** What is tried where the request does not say. */
export const defaultGrids: Readonly<Record<FamilyName, Grid>> = {
  fcnn: gridOfNets,
  xgboost: { max_depth: [3, 6], learning_rate: [0.1, 0.3], n_estimators: [50, 100] },
  rf: { n_estimators: [50, 75, 100], max_depth: [null, 10, 20], min_samples_split: [2, 5, 10] },
  svm: { C: [1, 10, 100], gamma: [0.1, 0.01], kernel: ["rbf"] },
  cnn: gridOfNets,
};

/** How many candidates a grid has. */
export function candidatesOf(grid: Grid): number {
  return Object.values(grid).reduce((product, values) => product * values.length, 1);
}
