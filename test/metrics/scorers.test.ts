import { expect, test } from "vitest";
import { InvalidParameterError } from "../../src/core/errors.js";
import { uniqueLabels } from "../../src/core/labels.js";
import { logLoss, makeScorer, meanSquaredError, resolveScorer, scorers } from "../../src/metrics/index.js";
import { goldens } from "./goldens.js";

test("Every scorer gives what scikit-learn's scorer of that name gives.", () => {
  expect(new Set(goldens.scored.map((one) => one.scorer))).toEqual(new Set(Object.keys(scorers)));
  for (const { scorer, on, output, expected } of goldens.scored) {
    const data = goldens.data[on]!;
    const classes = on === "values" ? undefined : uniqueLabels(data.yTrue);
    const score = resolveScorer(scorer).score(data.yTrue, data[output], { classes });
    expect(Math.abs(score - expected), `${scorer}: got ${score}, expected ${expected}`).toBeLessThanOrEqual(1e-12);
  }
});

test("Each scorer is filed under its own name, and losses are marked.", () => {
  for (const [name, scorer] of Object.entries(scorers)) {
    expect(scorer.name).toBe(name);
    expect(scorer.greaterIsBetter).toBe(!name.startsWith("neg_"));
  }
  expect(scorers.roc_auc.needs).toBe("proba-or-decision");
  expect(scorers.neg_log_loss.needs).toBe("predictProba");
  expect(scorers.f1_macro.needs).toBe("predict");
});

test("The estimator's classes align the columns where a fold lacks a class.", () => {
  const classes = ["a", "b", "c"];
  const proba = [
    [0.5, 0.25, 0.25],
    [0.25, 0.25, 0.5],
  ];
  expect(scorers.neg_log_loss.score(["a", "c"], proba, { classes })).toBeCloseTo(-Math.LN2, 12);
  expect(scorers.roc_auc_ovr_weighted.score(["a", "c"], proba, { classes })).toBe(1);
  expect(scorers.roc_auc_ovo.score(["a", "c"], proba, { classes })).toBe(1);
  expect(scorers.roc_auc_ovr.score(["a", "c"], proba, { classes })).toBeNaN();
});

test("Binary ROC AUC takes decision values as well as two columns of probabilities.", () => {
  const context = { classes: ["no", "yes"] };
  expect(scorers.roc_auc.score(["no", "yes", "no"], [-2, 3, 0.5], context)).toBe(1);
  const proba = { data: [1, 0, 0.25, 0.75, 0.5, 0.5], rows: 3, cols: 2 };
  expect(scorers.roc_auc.score(["no", "yes", "no"], proba, context)).toBe(1);
  expect(scorers.roc_auc.score(["no", "no", "no"], proba, context)).toBeNaN();
});

test("Sample weights reach the metric.", () => {
  const context = { classes: [0, 1], sampleWeight: [3, 1] };
  expect(scorers.accuracy.score([0, 1], [0, 0], context)).toBe(0.75);
  expect(scorers.recall_macro.score([0, 1], [0, 0], context)).toBe(0.5);
  expect(scorers.neg_mean_squared_error.score([0, 1], [0, 0], context)).toBe(-0.25);
  expect(scorers.neg_log_loss.score([0, 1], [0.5, 0.5], context)).toBeCloseTo(-Math.LN2, 12);
  expect(scorers.roc_auc.score([0, 1, 1], [0.5, 0.6, 0.4], { classes: [0, 1], sampleWeight: [1, 3, 1] })).toBe(0.75);
});

test("makeScorer keeps the name of the function, turns losses around, and gives no negative zero.", () => {
  const scorer = makeScorer(meanSquaredError, { greaterIsBetter: false });
  expect(scorer).toMatchObject({ name: "meanSquaredError", greaterIsBetter: false, needs: "predict" });
  expect(scorer.score([1, 3], [1, 1])).toBe(-2);
  expect(scorer.score([1, 3], [1, 3])).toBe(0);
  const loss = makeScorer(logLoss, { name: "mine", greaterIsBetter: false, needs: "predictProba" });
  expect(loss.score([0, 1], [0.5, 0.5])).toBeCloseTo(-Math.LN2, 12);
  expect(() => makeScorer(logLoss, { needs: "proba" as "predict" })).toThrow(InvalidParameterError);
});

test("A scorer resolves to itself, and an unknown name to a sentence with the known ones.", () => {
  expect(resolveScorer(scorers.r2)).toBe(scorers.r2);
  expect(resolveScorer("r2")).toBe(scorers.r2);
  expect(() => resolveScorer("f1Macro")).toThrow(InvalidParameterError);
  expect(() => resolveScorer("f1Macro")).toThrow(
    /^scoring must be one of accuracy, .*, r2; got "f1Macro" \(did you mean "f1_macro"\?\)$/,
  );
  expect(() => resolveScorer("acuracy")).toThrow('did you mean "accuracy"?');
  expect(() => resolveScorer("zzz")).toThrow(/got "zzz"$/);
  expect(() => resolveScorer("constructor")).toThrow(InvalidParameterError);
});
