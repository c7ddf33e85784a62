import { expect, test } from "vitest";
import { InvalidParameterError } from "../../src/core/errors.js";
import type { LabelsLike } from "../../src/core/labels.js";
import { type ClassificationReportOptions, classificationReport } from "../../src/metrics/index.js";
import { goldens, testGoldens } from "./goldens.js";

type Options = ClassificationReportOptions & { outputDict?: boolean };

testGoldens<LabelsLike, LabelsLike, Options>(
  "classification_report",
  (yTrue, yPred, { outputDict = false, ...options }) => {
    if (!outputDict) return classificationReport(yTrue, yPred, options);
    const report = classificationReport(yTrue, yPred, { ...options, outputDict: true });
    // Python spells the keys of booleans True and False.
    if (typeof yTrue[0] !== "boolean") return report;
    return Object.fromEntries(
      Object.entries(report).map(([key, row]) => [key.replace(/^[tf](?=rue|alse)/, (c) => c.toUpperCase()), row]),
    );
  },
  50,
);

test("The goldens hold a text with exact ties, which Python rounds to even.", () => {
  const ties = goldens.cases.find((one) => one.metric === "classification_report" && one.on === "eighths");
  expect(ties?.expected).toContain("0.12");
});

test("A class named __proto__ is a row like any other.", () => {
  const report = classificationReport(["__proto__", "b"], ["__proto__", "b"], { outputDict: true });
  expect(Object.keys(report)).toEqual(["__proto__", "b", "accuracy", "macro avg", "weighted avg"]);
});

test("A wrong number of names or decimals is refused.", () => {
  const call = (options: ClassificationReportOptions) => () => classificationReport([0, 1], [0, 1], options);
  const names = "targetNames must have one name a label; got 1 for 2 labels";
  expect(call({ targetNames: ["a"] })).toThrow(new InvalidParameterError(names, "targetNames"));
  expect(call({ digits: 1.5 })).toThrow("digits must be an integer from 0 to 50; got 1.5");
  expect(call({ digits: -1 })).toThrow("digits must be an integer from 0 to 50; got -1");
});
