import { type Classifier, largest } from "../../core/classifier.js";
import { InvalidDataError } from "../../core/errors.js";
import type { AnyEstimator } from "../../core/estimator.js";
import type { Label } from "../../core/labels.js";
import { Matrix } from "../../core/matrix.js";
import { failureOf, refused, same, that } from "../assertions.js";
import { type Check, check } from "../check.js";
import { makeProblem } from "../problem.js";
import type { Subject } from "../subject.js";

/** For each kind of label what stands for class 0, 1 and 2; in their own order. */
const LABELS: Readonly<Record<string, readonly Label[]>> = {
  strings: ["ant", "bee", "cat"],
  "numbers with gaps": [3, 7, 9],
  "negative numbers": [-2, -1, 5],
  "large numbers": [2 ** 31, 2 ** 40, 2 ** 53 - 1],
  "strings that look like keys of objects": ["__proto__", "constructor", "toString"],
};

/** Labels of any kind, probabilities that are some, and that it learns. */
export function classifierChecks(s: Subject): readonly Check[] {
  const { rows } = s.problem;
  const y = s.problem.y!;
  const learns = s.options.learns === undefined ? 0.83 : s.options.learns;
  const classesOf = (estimator: AnyEstimator) =>
    (estimator as unknown as { readonly classes: readonly Label[] }).classes;
  const predict = async (e: AnyEstimator, X: unknown = rows) => (await s.ask(e, "predict", X)) as readonly Label[];
  const relabelled = (labels: readonly Label[]) =>
    s.fit(
      s.make(),
      rows,
      y.map((code) => labels[code]!),
    );
  const codesInParams = "constant" in s.rules || "classWeight" in s.rules;

  return [
    ...Object.entries(LABELS).map(([kind, labels]) =>
      check("38", `classes may be ${kind}: they come out sorted, and are what is predicted`, async () => {
        const made = await relabelled(labels);
        same([...classesOf(made)], [...labels], "classes");
        const expected = await predict(await s.fitted());
        if (!codesInParams || learns !== null)
          same(
            await predict(made),
            expected.map((code) => labels[code as number]),
            "predictions",
          );
        const shuffled = await s.fit(s.make(), [...rows].reverse(), y.map((code) => labels[code]!).reverse());
        same([...classesOf(shuffled)], [...labels], "classes of rows in another order");
      }),
    ),
    check("38", "classes may be booleans, false before true", async () => {
      const two = makeProblem("labels", 40, 2);
      const made = await s.fit(
        s.make(),
        two.rows,
        two.y!.map((code) => code === 1),
      );
      same([...classesOf(made)], [false, true], "classes");
      for (const label of await predict(made, two.rows)) that(typeof label === "boolean", `${label} is no boolean`);
    }),
    check("38", "what the classes are called changes no bit of the other answers", async () => {
      const [a, b] = [await s.answers(await s.fitted()), await s.answers(await relabelled(LABELS.strings!))];
      for (const method of s.methods.filter((each) => each !== "predict")) same(b[method], a[method], method);
    }),
    ...(s.methods.includes("predictProba")
      ? [
          check("39", "probabilities lie in [0, 1], sum to 1 in each row, and have a column a class", async () => {
            const fitted = await s.fitted();
            const proba = (await s.ask(fitted, "predictProba")) as Matrix;
            that(proba instanceof Matrix, "predictProba must answer a Matrix");
            same([proba.rows, proba.cols], [rows.length, classesOf(fitted).length], "shape of the probabilities");
            for (const [i, row] of proba.toArrays().entries()) {
              that(
                row.every((p) => p >= 0 && p <= 1),
                `row ${i} of the probabilities is ${row}`,
              );
              const sum = row.reduce((a, b) => a + b, 0);
              that(Math.abs(sum - 1) < 1e-6, `row ${i} of the probabilities sums to ${sum}`);
            }
          }),
        ]
      : []),
    ...(s.methods.includes("predictProba") && !s.methods.includes("decisionFunction")
      ? [
          check("39", "predict is the class of the largest probability, the first among equals", async () => {
            const fitted = await s.fitted();
            const best = largest((await s.ask(fitted, "predictProba")) as Matrix);
            same(
              await predict(fitted),
              Array.from(best, (code) => classesOf(fitted)[code]!),
              "predictions",
            );
          }),
        ]
      : []),
    ...(s.methods.includes("predictProba") && s.methods.includes("decisionFunction")
      ? [
          check("42", "of two classes, decision values and probabilities order the rows alike", async () => {
            const two = makeProblem("labels", 40, 2);
            const fitted = await s.fit(s.make(), two.rows, two.y);
            const decision = ((await s.ask(fitted, "decisionFunction", two.rows)) as Matrix).toFloat64();
            const proba = ((await s.ask(fitted, "predictProba", two.rows)) as Matrix).toArrays().map((row) => row[1]!);
            const order = Array.from(decision.keys()).sort((i, j) => decision[i]! - decision[j]!);
            for (const [k, i] of order.slice(1).entries()) {
              that(proba[order[k]!]! <= proba[i]! + 1e-7, `rows ${order[k]} and ${i} are ordered differently`);
            }
          }),
        ]
      : []),
    ...(s.methods.includes("decisionFunction")
      ? [
          check("39", "predict is the class of the largest decision value; of two classes, its sign", async () => {
            for (const classes of [2, 3]) {
              const blobs = makeProblem("labels", 40, classes);
              const fitted = await s.fit(s.make(), blobs.rows, blobs.y);
              const best = largest((await s.ask(fitted, "decisionFunction", blobs.rows)) as Matrix);
              same(
                await predict(fitted, blobs.rows),
                Array.from(best, (code) => classesOf(fitted)[code]!),
                "predictions",
              );
            }
          }),
        ]
      : []),
    ...(learns === null
      ? []
      : [
          check("39", "it learns separable classes", async () => {
            const fitted = await s.fitted();
            const score = await (fitted as unknown as Classifier<object, object>).score(rows, y, {
              pool: s.pools.inline,
            });
            that(score > learns, `its score is ${score} and must be above ${learns}`);
            const hits = (await predict(fitted)).filter((label, i) => label === y[i]).length / y.length;
            that(Math.abs(hits - score) < 1e-12, `score says ${score}, and ${hits} of the predictions are right`);
          }),
          check("38", "it learns as well when the classes are named in another order", async () => {
            const labels = ["z", "m", "a"];
            const predicted = await predict(await relabelled(labels));
            const hits = predicted.filter((label, i) => label === labels[y[i]!]).length / y.length;
            that(hits > learns, `its score is ${hits} and must be above ${learns}`);
          }),
        ]),
    check("37", "a single class is predicted always, or refused by an error that mentions classes", async () => {
      const made = s.make();
      const failure = await failureOf(() =>
        s.fit(
          made,
          rows,
          rows.map(() => "only"),
        ),
      );
      if (failure !== null) {
        await refused(() => Promise.reject(failure), "a single class", { error: InvalidDataError, says: /class/ });
        return;
      }
      same(
        await predict(made),
        rows.map(() => "only"),
        "predictions",
      );
    }),
    check(null, "rows that are equal but of different classes are learnt from", async () => {
      const made = await s.fit(
        s.make(),
        rows.map(() => rows[0]!),
        y,
      );
      for (const label of await predict(made)) that(y.includes(label as number), `${label} is no class`);
    }),
  ];
}
