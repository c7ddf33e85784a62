/** Parameters by name, each with the values to try. */
export type Grid = Readonly<Record<string, readonly unknown[]>>;

const ofNets: Grid = { batch_size: [32, 64, 128], epochs: [5, 10], optimizer: ["adam", "rmsprop"] };

/** The families that can be trained, in the order of training, with the grids that the service itself would take. */
export const FAMILIES: readonly { readonly name: string; readonly grid: Grid }[] = [
  { name: "fcnn", grid: ofNets },
  { name: "xgboost", grid: { max_depth: [3, 6], learning_rate: [0.1, 0.3], n_estimators: [50, 100] } },
  { name: "rf", grid: { n_estimators: [50, 75, 100], max_depth: [null, 10, 20], min_samples_split: [2, 5, 10] } },
  { name: "svm", grid: { C: [1, 10, 100], gamma: [0.1, 0.01], kernel: ["rbf"] } },
  { name: "cnn", grid: ofNets },
];

const TITLES = new Map([
  ["ensemble", "Ensemble"],
  ["fcnn", "Dense net"],
  ["cnn", "Convolutional net"],
  ["svm", "Support vectors"],
  ["rf", "Random forest"],
  ["xgboost", "Boosted trees"],
  ["digits", "Digits forest, 8 × 8"],
]);

/** What people call a model; its name where nobody gave it another. */
export function titleOf(model: string): string {
  return TITLES.get(model) ?? model;
}

/** The class that gives a family its colour. */
export function hueOf(model: string): string {
  return TITLES.has(model) ? `hue-${model}` : "hue-other";
}
