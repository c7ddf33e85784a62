// What the sides of npm's packages share (protocol: ../README.md).
import { readFileSync } from "node:fs";
import { answerWith, median, timesOf } from "../harness/answer.mjs";

const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;

/** @param {readonly string[]} packages @returns {Record<string, string>} */
export const versionsOf = (packages) => Object.fromEntries(packages.map((name) => [name, versionOf(name)]));

/**
 * Answers for a side until stdin ends.
 * @param {object} side
 * @param {Record<string, (params: object) => object>} side.estimators what makes one from params, by name; the first is
 *   the default. It learns by `train` and forgets by `free`, where it has that.
 * @param {string[]} side.packages whose versions to tell
 * @param {(model: object) => number} [side.supportVectors] how many a model has
 */
export function answerAsPeer({ estimators, packages, supportVectors }) {
  const tables = new Map();
  const models = new Map();
  const [usual] = Object.keys(estimators);

  return answerWith({
    hello: () => ({ versions: versionsOf(packages) }),
    load({ name, X, y, rows, cols, type, divisor = 1 }) {
      if (type !== "uint8") throw new Error("packages of npm are compared on bytes only");
      const bytes = readFileSync(X);
      const rowAt = (i) => Array.from(bytes.subarray(i * cols, (i + 1) * cols), (byte) => byte / divisor);
      tables.set(name, { X: Array.from({ length: rows }, (_, i) => rowAt(i)), y: Array.from(readFileSync(y)) });
      return {};
    },
    async fit({ data, model = "model", estimator = usual, params, repeat = 1 }) {
      const { X, y } = tables.get(data);
      const seconds = await timesOf(repeat, () => {
        const fitted = estimators[estimator](params);
        fitted.train(X, y);
        // Nothing collects what a model holds in the memory of its WebAssembly module.
        models.get(model)?.free?.();
        models.set(model, fitted);
      });
      return { seconds: median(seconds) };
    },
    async predict({ data, model = "model", repeat = 1 }) {
      const { X } = tables.get(data);
      return { seconds: median(await timesOf(repeat, () => models.get(model).predict(X))) };
    },
    accuracy({ data, model = "model" }) {
      const { X, y } = tables.get(data);
      const predicted = models.get(model).predict(X);
      return { accuracy: y.filter((label, i) => predicted[i] === label).length / y.length };
    },
    support: ({ model = "model" }) => ({ support_vectors: supportVectors(models.get(model)) }),
  });
}
