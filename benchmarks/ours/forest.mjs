// Our side of the forest benchmarks (protocol: ../README.md). The clock starts at typed arrays, as for the peers, so
// a Matrix is made inside it.
import { readFileSync } from "node:fs";
import * as trellis from "trellis-learn";
import { answerWith, median, quantile, timesOf } from "../harness/answer.mjs";

const { GridSearchCV, Matrix, RandomForestClassifier } = trellis;
const version = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;

const tables = new Map();
const models = new Map();

const matrixOf = ({ X, rows, cols }) => new Matrix(X, rows, cols);

function estimatorOf({ estimator = "forest", params = {}, jobs }) {
  if (estimator === "tree") return new trellis.DecisionTreeClassifier(params);
  return new RandomForestClassifier(jobs == null ? params : { ...params, nJobs: jobs });
}

await answerWith({
  hello: () => ({ versions: { "trellis-learn": version, node: process.versions.node } }),
  load({ name, type, rows, cols, X, y }) {
    const bytes = Uint8Array.from(readFileSync(X));
    const values = type === "float64" ? new Float64Array(bytes.buffer) : bytes;
    tables.set(name, { X: values, y: Array.from(readFileSync(y)), rows, cols });
    return {};
  },
  async fit({ data, model = "model", repeat = 1, ...rest }) {
    const table = tables.get(data);
    const seconds = await timesOf(repeat, async () => {
      models.set(model, await estimatorOf(rest).fit(matrixOf(table), table.y));
    });
    return { seconds: median(seconds) };
  },
  async accuracy({ data, model = "model" }) {
    const table = tables.get(data);
    return { accuracy: await models.get(model).score(matrixOf(table), table.y) };
  },
  async accuracies({ data, test, seeds, params, jobs }) {
    const [train, held] = [tables.get(data), tables.get(test)];
    const accuracies = [];
    const [seconds] = await timesOf(1, async () => {
      for (let randomState = 0; randomState < seeds; randomState++) {
        const forest = await estimatorOf({ params: { ...params, randomState }, jobs }).fit(matrixOf(train), train.y);
        accuracies.push(await forest.score(matrixOf(held), held.y));
      }
    });
    return { seconds, accuracies };
  },
  async predict({ data, model = "model", repeat = 1 }) {
    const table = tables.get(data);
    const fitted = models.get(model);
    return { seconds: median(await timesOf(repeat, () => fitted.predict(matrixOf(table)))) };
  },
  async predictRows({ data, model = "model", calls }) {
    const { X, rows, cols } = tables.get(data);
    const fitted = models.get(model);
    let i = 0;
    const seconds = await timesOf(calls, () => {
      const at = i++ % rows;
      return fitted.predict(new Matrix(X.subarray(at * cols, (at + 1) * cols), 1, cols));
    });
    return { seconds: median(seconds), p99: quantile(seconds, 0.99) };
  },
  async grid({ data, model = "model", grid, params, folds, jobs }) {
    const table = tables.get(data);
    const search = new GridSearchCV({
      estimator: new RandomForestClassifier(params),
      paramGrid: grid,
      cv: folds,
      nJobs: jobs,
    });
    const [seconds] = await timesOf(1, () => search.fit(matrixOf(table), table.y));
    models.set(model, search);
    const best = Object.keys(grid).map((name) => search.bestParams[name]);
    return { seconds, best_score: search.bestScore, best };
  },
});
