import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidDataError, InvalidParameterError } from "../../src/core/errors.js";
import { type RocAucScoreOptions, rocAucScore } from "../../src/metrics/index.js";
import { testGoldens } from "./goldens.js";

testGoldens("roc_auc_score", rocAucScore, 30);

/** Rows with both classes; few distinct scores, so that ties abound. */
const ranked = fc
  .array(fc.tuple(fc.boolean(), fc.integer({ min: -4, max: 4 })), { minLength: 2 })
  .filter((rows) => new Set(rows.map(([y]) => y)).size === 2)
  .map((rows) => ({ y: rows.map(([label]) => label), s: rows.map(([, score]) => score) }));

test("The area is the share of pairs in the right order, a tie counting one half.", () => {
  fc.assert(
    fc.property(ranked, ({ y, s }) => {
      const pairs = y.flatMap((a, i) => y.flatMap((b, j) => (a && !b ? [Math.sign(s[i]! - s[j]!)] : [])));
      const share = pairs.reduce((sum, sign) => sum + (1 + sign) / 2, 0) / pairs.length;
      expect(rocAucScore(y, s)).toBeCloseTo(share, 12);
    }),
  );
});

test("Turning the scores around turns the area around; equal scores give one half.", () => {
  fc.assert(
    fc.property(ranked, ({ y, s }) => {
      const turned = s.map((score) => -score);
      expect(rocAucScore(y, turned)).toBeCloseTo(1 - rocAucScore(y, s), 12);
      expect(rocAucScore(y, new Float64Array(y.length))).toBe(0.5);
    }),
  );
});

test("A weight of two is the row written twice.", () => {
  const [y, s] = [
    [0, 1, 1, 0, 1],
    [0.1, 0.4, 0.3, 0.4, 0.8],
  ];
  const twice = rocAucScore([...y!, 1, 0], [...s!, 0.4, 0.4]);
  expect(rocAucScore(y!, s!, { sampleWeight: [1, 2, 1, 2, 1] })).toBeCloseTo(twice, 12);
});

test("Of two columns the second is taken.", () => {
  const proba = { data: [0.9, 0.1, 0.4, 0.6, 0.7, 0.3], rows: 3, cols: 2 };
  expect(rocAucScore(["a", "b", "a"], proba)).toBe(rocAucScore(["a", "b", "a"], [0.1, 0.6, 0.3]));
});

test("One class only has no area.", () => {
  expect(rocAucScore([1, 1], [0.1, 0.2])).toBeNaN();
  expect(rocAucScore([1, 1], [0.1, 0.2], { labels: [0, 1] })).toBeNaN();
  const options = { labels: [0, 1, 2], multiClass: "ovo" } as const;
  expect(rocAucScore([1], [[0.5, 0.25, 0.25]], options)).toBeNaN();
});

test("What has no area by its shape or options is refused.", () => {
  const three = [
    [0.5, 0.25, 0.25],
    [0.25, 0.5, 0.25],
    [0.25, 0.25, 0.5],
  ];
  const call = (options: RocAucScoreOptions, scores = three) => {
    return () => rocAucScore([0, 1, 2], scores, options);
  };
  const raise = 'multiClass must be "ovr" or "ovo" for more than two classes';
  expect(call({})).toThrow(new InvalidParameterError(raise, "multiClass"));
  expect(call({ multiClass: "ovo", sampleWeight: [1, 1, 1] })).toThrow(
    new InvalidParameterError('sampleWeight must be left out with multiClass "ovo"', "sampleWeight"),
  );
  expect(call({ multiClass: "ovr", average: "mean" as "macro" })).toThrow('average must be "macro" or "weighted"');
  const unsummed = call({ multiClass: "ovr" }, [[0.5, 0.25, 0.25], [1, 1, 1], three[2]!]);
  expect(unsummed).toThrow(InvalidDataError);
  expect(unsummed).toThrow("yScore must be probabilities that sum to 1 in each row; got 3 in row 1");
  expect(call({ multiClass: "ovr", labels: [0, 1, 2, 3] })).toThrow(
    "yScore must have a column for each of the 4 classes; got 3",
  );
});
