import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidDataError, InvalidParameterError } from "../../src/core/errors.js";
import { type ConfusionMatrixOptions, confusionMatrix } from "../../src/metrics/index.js";
import { testGoldens } from "./goldens.js";

testGoldens("confusion_matrix", confusionMatrix, 70);

test("The counts sum to the number of rows, and the shares to 1.", () => {
  const label = fc.constantFrom("a", "b", "c");
  fc.assert(
    fc.property(fc.array(fc.tuple(label, label), { minLength: 1 }), (rows) => {
      const sum = (options?: ConfusionMatrixOptions) =>
        confusionMatrix(
          rows.map(([t]) => t),
          rows.map(([, p]) => p),
          options,
        )
          .flat()
          .reduce((a, b) => a + b, 0);
      expect(sum()).toBe(rows.length);
      expect(sum({ normalize: "all" })).toBeCloseTo(1, 12);
    }),
  );
});

test("Labels that occur nowhere in yTrue, repeat, or are none are refused.", () => {
  const call = (labels: (string | number)[]) => () => confusionMatrix([0, 1], [0, 1], { labels });
  expect(call([7])).toThrow(new InvalidParameterError("labels must name at least one label of yTrue", "labels"));
  expect(call([0, 0])).toThrow("labels must not name a label twice");
  expect(call([])).toThrow("labels must hold at least one label; got none");
  expect(call(["a"])).toThrow(InvalidDataError);
});

test("An unknown normalize is refused with the known ones.", () => {
  const options = { normalize: "rows" } as unknown as ConfusionMatrixOptions;
  const message = 'normalize must be "true", "pred", "all" or null; got "rows"';
  expect(() => confusionMatrix([0], [0], options)).toThrow(new InvalidParameterError(message, "normalize"));
});
