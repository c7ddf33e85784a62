import { InvalidDataError, InvalidParameterError } from "../../core/errors.js";
import type { EvalSetLike } from "../../core/eval-set.js";
import { refused, same, that } from "../assertions.js";
import { type Check, check } from "../check.js";
import type { Subject } from "../subject.js";

/** Evaluation sets: watched and never learnt from by those that use them, refused by all others. */
export function evalSetChecks(s: Subject): readonly Check[] {
  const { rows, y } = s.problem;
  const watch = (evalSet: unknown, estimator = s.make()) =>
    s.fit(estimator, rows, y, { evalSet: evalSet as EvalSetLike });
  const half = rows.length / 2;
  const X = rows.slice(half);
  const truth = y?.slice(half);

  if (!s.usesEvalSet) {
    return [
      check(null, "an evaluation set, which it does not use, is refused", async () => {
        const made = s.make();
        await refused(() => watch([X, truth], made), "an evalSet", {
          error: InvalidParameterError,
          says: new RegExp(`${s.name}.*evalSet`),
        });
        that(!made.isFitted, "a refused fit must not fit");
      }),
    ];
  }
  return [
    check(null, "an evaluation set, or several by name, change no answer and are left as they were", async () => {
      const expected = await s.answers(await s.fitted());
      const weights = X.map((_, i) => 1 + (i % 3));
      for (const evalSet of [[X, truth], [X, truth, weights], { train: [rows, y], later: [X, truth] }, {}]) {
        const before = structuredClone(evalSet);
        same(await s.answers(await watch(evalSet)), expected, "answers");
        same(evalSet, before, "evalSet");
      }
    }),
    check(null, "an evaluation set that cannot be used is refused with its name", async () => {
      const narrow = X.map((row) => row.slice(1));
      const spoilt = X.map((row, i) => (i === 2 ? row.map(() => Infinity) : row));
      const bad: Readonly<Record<string, readonly [unknown, number?]>> = {
        "too few features": [[narrow, truth]],
        "infinity in X": [[spoilt, truth], 2],
        "too few weights": [[X, truth, [1]]],
        ...(s.target === "none" ? {} : { "too few rows of y": [[X, truth!.slice(1)]] }),
        ...(s.target === "labels" ? { "a new label": [[X, truth!.map((label, i) => (i === 2 ? 99 : label))], 2] } : {}),
        ...(s.target === "numbers" ? { "NaN in y": [[X, truth!.map((value, i) => (i === 2 ? NaN : value))], 2] } : {}),
      };
      const fitted = await s.fitted();
      const { state } = fitted;
      for (const [what, [rowsOf, row]] of Object.entries(bad)) {
        await refused(() => watch({ held: rowsOf }, fitted), what, { error: InvalidDataError, says: /held/, row });
      }
      for (const what of [3, "validation", [X], [X, truth, null, 1], { held: X[0]![0] }]) {
        await refused(() => watch(what, fitted), "no evaluation set", {
          error: InvalidParameterError,
          says: /evalSet/,
        });
      }
      that(fitted.state === state, "the state must be as it was");
    }),
  ];
}
