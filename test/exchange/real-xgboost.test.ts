import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { GradientBoostingClassifier, GradientBoostingRegressor } from "trellis-learn";
import { loadIris } from "trellis-learn/datasets";
import { type GradientBoosting, toXGBoostJSON, toXGBoostUBJ } from "trellis-learn/exchange";
import { expect, test } from "vitest";
import { printJson } from "../../src/exchange/json-text.js";
import { printUbjson } from "../../src/exchange/ubjson.js";
import { readXGBoost } from "../../src/exchange/xgboost-reader.js";
import { toDocument } from "../../src/exchange/xgboost-writer.js";
import { models, rowsFor } from "./random-models.js";
import { answers, distance, fileOf, marginsOf, names, predictionsOf } from "./xgboost-goldens.js";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const python = process.env.XGBOOST_PYTHON ?? path("../../benchmarks/.venv/bin/python");
const isHere = spawnSync(python, ["-c", "import xgboost"]).status === 0;
const why = "no xgboost at XGBOOST_PYTHON or in benchmarks/.venv (npm run bench:setup)";

interface Answer {
  readonly error?: string;
  readonly margins: readonly (readonly number[])[];
  readonly predictions: readonly (readonly number[])[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly rounds: number;
}

interface Case {
  readonly json: string;
  readonly ubj: Uint8Array;
  readonly rows: readonly (readonly (number | null)[])[];
}

/** What XGBoost answers when it loads what we wrote, first as JSON and then as UBJSON. */
function ask(cases: readonly Case[]): (readonly [json: Answer, ubj: Answer])[] {
  const folder = mkdtempSync(join(tmpdir(), "trellis-xgboost-"));
  try {
    const asked = cases.flatMap(({ json, ubj, rows }, i) => {
      const files = [join(folder, `${i}.json`), join(folder, `${i}.ubj`)] as const;
      writeFileSync(files[0], json);
      writeFileSync(files[1], ubj);
      return files.map((file) => ({ file, rows }));
    });
    const options = { input: JSON.stringify(asked), maxBuffer: 2 ** 28 };
    const found: Answer[] = JSON.parse(execFileSync(python, [path("check_xgboost.py")], options).toString()).answers;
    expect(found.filter(({ error }) => error !== undefined)).toEqual([]);
    return cases.map((_, i) => [found[2 * i]!, found[2 * i + 1]!]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("XGBoost predicts with any model that we write what we predict, missing values too", ({ skip }) => {
  if (!isHere) skip(why);
  const goldens = names.map((name) => ({ model: readXGBoost(fileOf(`${name}.json`)), rows: answers[name]!.rows }));
  const made = fc.sample(models, { numRuns: 150, seed: 7 }).map((model) => ({ model, rows: rowsFor(model, 20) }));
  const cases = [...goldens, ...made];
  const found = ask(
    cases.map(({ model, rows }) => {
      const document = toDocument(model);
      return { json: printJson(document), ubj: printUbjson(document), rows };
    }),
  );
  for (const [i, { model, rows }] of cases.entries()) {
    const margins = marginsOf(model, rows);
    for (const answer of found[i]!) {
      // The logarithm of base_score may differ in its last bit; nothing else may.
      const isExact = !["binary:logistic", "count:poisson"].includes(model.objective);
      expect(distance(margins, answer.margins)).toBeLessThanOrEqual(isExact ? 0 : 1e-6);
      expect(distance(predictionsOf(model, margins), answer.predictions)).toBeLessThan(1e-6);
      expect(answer.rounds).toBe(model.trees.length / model.baseMargin.length);
      expect(answer.attributes.trellis_classes).toBe(
        model.classes === null ? undefined : JSON.stringify(model.classes),
      );
    }
  }
});

/** Rows and targets of a table in test/golden/datasets. */
function tableOf(name: string): readonly [X: number[][], y: number[]] {
  const { X, y, rows, cols } = JSON.parse(readFileSync(path(`../golden/datasets/${name}.json`), "utf8"));
  return [Array.from({ length: rows }, (_, i) => X.slice(i * cols, (i + 1) * cols)), y];
}

const withGaps = (rows: number[][]) =>
  rows.map((row, i) => row.map((value, j) => ((7 * i + 5 * j) % 4 === 0 ? Number.NaN : value)));

/** What each row has in a column, to be predicted from the others. */
const fromOthers = (rows: number[][], column: number) =>
  [rows.map((row) => row.filter((_, j) => j !== column)), rows.map((row) => row[column]!)] as const;

test("XGBoost predicts what the estimators predict that were fitted here", async ({ skip }) => {
  if (!isHere) skip(why);
  const [wine, kinds] = tableOf("wine");
  const [cancer, isBenign] = tableOf("breast-cancer");
  const iris = loadIris();
  const flowers = Array.from({ length: 150 }, (_, i) => Array.from(iris.X.data.slice(4 * i, 4 * i + 4)));
  const species = Array.from(iris.y, (code) => ["setosa", "versicolor", "virginica"][Number(code)]!);
  const [others, lengths] = fromOthers(flowers, 0);
  const [measures, colors] = fromOthers(wine, 9);
  const common = { nEstimators: 8, maxDepth: 4, randomState: 0 };
  const regressor = (objective: GradientBoostingRegressor["params"]["objective"]) =>
    new GradientBoostingRegressor({ ...common, objective, subsample: 0.8 });
  const fits: readonly (readonly [GradientBoosting, number[][], number[] | string[]])[] = [
    [new GradientBoostingClassifier(common), flowers, species],
    [new GradientBoostingClassifier({ ...common, scalePosWeight: 2 }), cancer, isBenign],
    [new GradientBoostingClassifier(common), withGaps(wine), kinds],
    [regressor("reg:squarederror"), others, lengths],
    [regressor("reg:absoluteerror"), withGaps(others), lengths],
    [regressor("reg:pseudohubererror"), ...fromOthers(cancer, 0)],
    [regressor("count:poisson"), measures, colors.map(Math.round)],
  ];
  const cases: Case[] = [];
  for (const [estimator, X, y] of fits) {
    await estimator.fit(X, y);
    // In half of the rows more is missing than there was in training.
    const isMissing = (value: number, i: number, j: number) =>
      Number.isNaN(value) || (i % 2 === 0 && (i + j) % 3 === 0);
    const rows = X.map((row, i) => row.map((value, j) => (isMissing(value, i, j) ? null : value)));
    cases.push({ json: toXGBoostJSON(estimator), ubj: toXGBoostUBJ(estimator), rows });
  }
  const found = ask(cases);
  for (const [i, [estimator]] of fits.entries()) {
    const X = cases[i]!.rows.map((row) => row.map((value) => value ?? Number.NaN));
    for (const answer of found[i]!) {
      const theirs = [answer.predictions.flat()];
      if (estimator instanceof GradientBoostingRegressor) {
        expect(distance([[...(await estimator.predict(X))]], theirs)).toBeLessThan(1e-6);
      } else {
        const { data, cols } = await estimator.predictProba(X);
        const shares = cols === 2 ? data.filter((_, cell) => cell % 2 === 1) : data;
        expect(distance([[...shares]], theirs)).toBeLessThan(1e-6);
        const margins = await estimator.decisionFunction(X);
        expect(distance([[...margins.data]], [answer.margins.flat()])).toBeLessThan(1e-6);
      }
    }
  }
});
