// What our sides share (protocol: ../README.md). The clock starts at typed arrays, as for the peers, so a Matrix is made
// inside it.
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { GridSearchCV, Matrix, threadPool } from "trellis-learn";
import { answerWith, median, quantile, timesOf } from "./answer.mjs";

const version = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
const types = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array };

/** @returns {Matrix} of a table as `load` keeps it, its pixels scaled */
export const matrixOf = ({ X, rows, cols, scale }) => new Matrix(X, rows, cols, { scale });

/** Reads a file into the array itself: a copy that waits to be collected would stand in the peak of memory. */
function valuesOf(file, type, length) {
  const values = new types[type](length);
  const bytes = new Uint8Array(values.buffer);
  const descriptor = openSync(file);
  try {
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(descriptor, bytes, at, bytes.length - at, null);
      if (read === 0) throw new Error(`${file} ends after ${at} of ${bytes.length} bytes`);
      at += read;
    }
  } finally {
    closeSync(descriptor);
  }
  return values;
}

/** Mean of -ln of the probability of the right class, and the share of rows in which it is the largest. */
function qualityOf(probabilities, classes, y) {
  const { data, cols } = probabilities;
  let [loss, right] = [0, 0];
  for (let row = 0; row < y.length; row++) {
    const ofRow = data.subarray(row * cols, (row + 1) * cols);
    const at = classes.indexOf(y[row]);
    loss -= Math.log(Math.max(ofRow[at], 1e-15));
    if (ofRow.indexOf(Math.max(...ofRow)) === at) right++;
  }
  return { accuracy: right / y.length, log_loss: loss / y.length };
}

/**
 * Answers for our side until stdin ends.
 * @param {Record<string, (params: object) => object | Promise<object>>} estimators what makes one from params, by name; the first is
 *   the default
 * @param {(state: object) => Record<string, (command: object) => object | Promise<object>>} [more] further operations, made from
 *   what all share
 */
export function answerAsTrellis(estimators, more = () => ({})) {
  const tables = new Map();
  const models = new Map();
  const pools = new Map();
  const [usual] = Object.keys(estimators);
  const estimatorOf = async ({ estimator = usual, params = {}, jobs }) =>
    estimators[estimator](jobs == null ? params : { ...params, nJobs: jobs });

  /** A pool of that many workers, kept from fit to fit; without a number the library's own default. */
  const poolOf = (workers) => {
    if (workers === undefined) return undefined;
    if (!pools.has(workers)) pools.set(workers, threadPool({ workers }));
    return pools.get(workers);
  };

  return answerWith({
    hello: () => ({ versions: { "trellis-learn": version, node: process.versions.node } }),
    load({ name, type, rows, cols, X, y, yType, divisor }) {
      const scale = divisor === undefined ? null : 1 / divisor;
      tables.set(name, { X: valuesOf(X, type, rows * cols), y: valuesOf(y, yType, rows), rows, cols, scale });
      return {};
    },
    async fit({ data, model = "model", repeat = 1, per = 1, workers, ...rest }) {
      const table = tables.get(data);
      const pool = poolOf(workers);
      const seconds = await timesOf(repeat, async () => {
        const estimator = await estimatorOf(rest);
        models.set(model, await estimator.fit(matrixOf(table), table.y, { pool }));
      });
      return { seconds: median(seconds) / per };
    },
    async accuracy({ data, model = "model" }) {
      const table = tables.get(data);
      return { accuracy: await models.get(model).score(matrixOf(table), table.y) };
    },
    async r2({ data, model = "model" }) {
      const table = tables.get(data);
      return { r2: await models.get(model).score(matrixOf(table), table.y) };
    },
    support: ({ model = "model" }) => ({ support_vectors: models.get(model).support.length }),
    async quality({ data, model = "model" }) {
      const table = tables.get(data);
      const fitted = models.get(model);
      return qualityOf(await fitted.predictProba(matrixOf(table)), fitted.classes, table.y);
    },
    async accuracies({ data, test, seeds, params, ...rest }) {
      const [train, held] = [tables.get(data), tables.get(test)];
      const accuracies = [];
      const [seconds] = await timesOf(1, async () => {
        for (let randomState = 0; randomState < seeds; randomState++) {
          const seeded = await estimatorOf({ ...rest, params: { ...params, randomState } });
          const fitted = await seeded.fit(matrixOf(train), train.y);
          accuracies.push(await fitted.score(matrixOf(held), held.y));
        }
      });
      return { seconds, accuracies };
    },
    async predict({ data, model = "model", method = "predict", repeat = 1 }) {
      const table = tables.get(data);
      const fitted = models.get(model);
      return { seconds: median(await timesOf(repeat, () => fitted[method](matrixOf(table)))) };
    },
    async predictRows({ data, model = "model", method = "predict", calls }) {
      const { X, rows, cols, scale } = tables.get(data);
      const fitted = models.get(model);
      let i = 0;
      const seconds = await timesOf(calls, () => {
        const at = i++ % rows;
        return fitted[method](matrixOf({ X: X.subarray(at * cols, (at + 1) * cols), rows: 1, cols, scale }));
      });
      return { seconds: median(seconds), p99: quantile(seconds, 0.99) };
    },
    async grid({ data, model = "model", grid, folds, jobs, ...rest }) {
      const table = tables.get(data);
      const search = new GridSearchCV({ estimator: await estimatorOf(rest), paramGrid: grid, cv: folds, nJobs: jobs });
      const [seconds] = await timesOf(1, () => search.fit(matrixOf(table), table.y));
      models.set(model, search);
      const best = Object.keys(grid).map((name) => search.bestParams[name]);
      return { seconds, best_score: search.bestScore, best };
    },
    ...more({ tables, models, estimatorOf }),
  });
}
