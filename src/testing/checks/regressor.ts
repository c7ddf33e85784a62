import type { Regressor } from "../../core/regressor.js";
import { same, that } from "../assertions.js";
import { type Check, check } from "../check.js";
import type { Subject } from "../subject.js";

/** Numbers out, and that it learns. */
export function regressorChecks(s: Subject): readonly Check[] {
  const { rows } = s.problem;
  const y = s.problem.y!;
  const learns = s.options.learns === undefined ? 0.6 : s.options.learns;

  return [
    check("39", "predict answers one finite number a row, in f64", async () => {
      const predicted = await s.ask(await s.fitted(), "predict");
      that(predicted instanceof Float64Array, "predict must answer a Float64Array");
      same(predicted.length, rows.length, "number of predictions");
      that(predicted.every(Number.isFinite), "all predictions must be finite");
    }),
    ...(learns === null
      ? []
      : [
          check("39", "it learns numbers that are linear in X", async () => {
            const fitted = (await s.fitted()) as unknown as Regressor<object, object>;
            const score = await fitted.score(rows, y, { pool: s.pools.inline });
            that(score > learns, `its R2 is ${score} and must be above ${learns}`);
          }),
        ]),
    check(null, "a constant y is predicted", async () => {
      const made = await s.fit(
        s.make(),
        rows,
        rows.map(() => 3),
      );
      for (const value of (await s.ask(made, "predict")) as Float64Array) {
        that(Math.abs(value - 3) < 1e-3, `y is 3 everywhere, and ${value} is predicted`);
      }
    }),
  ];
}
