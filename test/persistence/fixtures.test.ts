import { readdirSync, readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { Estimator, type Method } from "../../src/core/estimator.js";
import { Matrix, type MatrixLike } from "../../src/core/matrix.js";
import { outputOf } from "../../src/core/predict-all.js";
import * as library from "../../src/index.js";
import { VERSION, WRITER } from "../../src/persistence/format.js";
import { fromBytes } from "../../src/persistence/from-bytes.js";
import { builtInNames } from "../../src/persistence/registry.js";
import { toBytes } from "../../src/persistence/to-bytes.js";

const root = new URL("fixtures/", import.meta.url);
const folderOf = (format: number) => new URL(`format-${format}/`, root);
const models = (format: number) => readdirSync(folderOf(format)).filter((name) => name.endsWith(".trellis"));
const pool = library.threadPool({ workers: 0, kernels: "portable" });
afterAll(() => pool.close());

interface Expected {
  readonly asked: MatrixLike;
  readonly answers: Readonly<Partial<Record<Method, readonly unknown[]>>>;
}

const formats = readdirSync(root).map((name) => Number(name.slice("format-".length)));

test.each(formats.flatMap((format) => models(format).map((name) => [format, name] as const)))(
  "Of format %i, %s loads and answers what it did when it was written, bit for bit",
  async (format, name) => {
    const read = (file: string) => readFileSync(new URL(file, folderOf(format)));
    const bytes = read(name);
    const { asked, answers } = JSON.parse(read(name.replace(".trellis", ".json")).toString()) as Expected;
    const model = await fromBytes(bytes);
    expect(name).toContain(model.definition.name);
    expect(model.methods.length).toBeGreaterThan(0);
    for (const method of model.methods) {
      const output = await outputOf(model, asked, method, { pool });
      expect(Array.from(output instanceof Matrix ? output.data : output)).toStrictEqual(answers[method]);
    }
    if (format === VERSION && bytes.includes(WRITER)) expect(bytes.equals(await toBytes(model))).toBe(true);
  },
);

/** Whether the package exports it as a class of estimators to be made and saved; others are there to be extended. */
const isEstimatorClass = (value: unknown): value is typeof library.SVC =>
  typeof value === "function" && value.prototype instanceof Estimator && Object.hasOwn(value.prototype, "validate");
const exported = Object.values(library)
  .filter(isEstimatorClass)
  .map(({ name }) => name)
  .filter((name) => name !== "SearchCV");

test.each([...new Set([...builtInNames(), ...exported])])("%s has a model in this version's format", (name) => {
  expect(builtInNames()).toContain(name);
  expect(models(VERSION).some((file) => file === `${name}.trellis` || file.startsWith(`${name}-`))).toBe(true);
});
