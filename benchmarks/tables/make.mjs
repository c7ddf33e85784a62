// node benchmarks/tables/make.mjs [name]: the score tables that both sides of `npm run bench -- tune` search. Mean accuracies of 3 folds of
// digits, for each combination of the axes' values; the last axis varies fastest. Takes some minutes.
import { writeFileSync } from "node:fs";
import { GradientBoostingClassifier, GridSearchCV, RandomForestClassifier } from "trellis-learn";
import { loadDigits } from "trellis-learn/datasets";

/** Values low, low + step, ...; in the order of their names, as GridSearchCV has its candidates. */
const tables = {
  forest: {
    estimator: new RandomForestClassifier({ randomState: 1 }),
    axes: [
      { name: "maxDepth", low: 5, step: 5, count: 6 },
      { name: "minSamplesLeaf", low: 1, step: 2, count: 10 },
      { name: "minSamplesSplit", low: 2, step: 2, count: 10 },
      { name: "nEstimators", low: 50, step: 50, count: 6 },
    ],
  },
  boosting: {
    estimator: new GradientBoostingClassifier({ randomState: 1 }),
    axes: [
      { name: "learningRate", low: 0.05, step: 0.1, count: 6 },
      { name: "maxDepth", low: 2, step: 1, count: 4 },
      { name: "nEstimators", low: 10, step: 10, count: 10 },
      { name: "subsample", low: 0.4, step: 0.2, count: 4 },
    ],
  },
};

const valuesOf = ({ low, step, count }) => Array.from({ length: count }, (_, i) => Number((low + i * step).toFixed(9)));

const { X, y } = loadDigits();
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(tables);
for (const name of names) {
  const { estimator, axes } = tables[name];
  const paramGrid = Object.fromEntries(axes.map((axis) => [axis.name, valuesOf(axis)]));
  const search = new GridSearchCV({ estimator, paramGrid, cv: 3, refit: false });
  const start = performance.now();
  await search.fit(X, y);
  const scores = Array.from(search.cvResults.columns.mean_test_score, (score) => Number(score.toFixed(5)));
  writeFileSync(new URL(`${name}.json`, import.meta.url), `${JSON.stringify({ axes, scores })}\n`);
  console.log(`${name}: ${scores.length} combinations in ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
