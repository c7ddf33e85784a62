import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KFold } from "../../src/split/k-fold.js";
import { StratifiedKFold } from "../../src/split/stratified-k-fold.js";
import { golden, keptSplits } from "./golden.js";

const silent = () => {};

describe("KFold", () => {
  it.each(golden.kFold)("deals $n rows to $nSplits folds as scikit-learn does (seed $randomState).", (given) => {
    const { n, nSplits, randomState, splits } = given;
    const folds = new KFold({ nSplits, shuffle: randomState !== null, randomState });
    expect(keptSplits(folds.split(n))).toEqual(splits);
  });

  it("tests every row once, in folds whose sizes differ by at most one.", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 2, max: 60 }), fc.boolean(), (n, k, shuffle) => {
        fc.pre(k <= n);
        const splits = [...new KFold({ nSplits: k, shuffle }).split(n)];
        const tested = splits.flatMap(({ test }) => [...test]).sort((a, b) => a - b);
        expect(tested).toEqual(Array.from({ length: n }, (_, i) => i));
        const sizes = splits.map(({ test }) => test.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        for (const { train, test } of splits) expect(new Set([...train, ...test]).size).toBe(n);
      }),
      { numRuns: 50 },
    );
  });

  it("shuffles anew at each call when the seed is null.", () => {
    const folds = new KFold({ nSplits: 2, shuffle: true });
    expect(keptSplits(folds.split(500))).not.toEqual(keptSplits(folds.split(500)));
  });

  it("refuses options out of range in one sentence.", () => {
    expect(() => new KFold({ nSplits: 1 })).toThrow("nSplits of KFold must be an integer >= 2; got 1");
    expect(() => new KFold({ nSplits: 2.5 })).toThrow("nSplits of KFold must be an integer >= 2; got 2.5");
    expect(() => new KFold({ randomState: 0 })).toThrow(
      "randomState of KFold must be null when shuffle is false, since it would change nothing; got 0",
    );
    for (const randomState of [-1, 2 ** 32, 0.5, Number.NaN]) {
      expect(() => new KFold({ shuffle: true, randomState })).toThrow(
        `randomState of KFold must be null or an integer >= 0 and <= 4294967295; got ${randomState}`,
      );
    }
    expect(() => new KFold({ shuffle: 1 as never })).toThrow("shuffle of KFold must be true or false; got 1");
  });

  it("refuses fewer rows than folds when split is called, not when it is read.", () => {
    expect(() => new KFold({ nSplits: 5 }).split(4)).toThrow("KFold needs at least as many rows as nSplits (5); got 4");
    expect(() => new KFold().split(7.5)).toThrow("split of KFold must be given the number of rows; got 7.5");
  });
});

describe("StratifiedKFold", () => {
  it.each(golden.stratifiedKFold)(
    "deals the labels '$labels' to $nSplits folds as scikit-learn does (seed $randomState).",
    ({ labels, nSplits, randomState, warns, splits }) => {
      const y = golden.labels[labels]!;
      const warnings: string[] = [];
      const shuffle = randomState !== null;
      const folds = new StratifiedKFold({ nSplits, shuffle, randomState, onWarning: (w) => warnings.push(w) });
      if (splits === "error") {
        expect(() => folds.split(y.length, y)).toThrow(/needs a class with at least nSplits/);
      } else {
        expect(keptSplits(folds.split(y.length, y))).toEqual(splits);
        expect(warnings.length > 0).toBe(warns);
      }
    },
  );

  it("gives the same folds whatever the classes are called and whatever container they come in.", () => {
    const codes = golden.labels.uneven as number[];
    const folds = new StratifiedKFold({ nSplits: 4, shuffle: true, randomState: 9 });
    const expected = keptSplits(folds.split(codes.length, codes));
    const names = codes.map((c) => ["zebra", "ant", "mole"][c]!);
    expect(keptSplits(folds.split(codes.length, names))).toEqual(expected);
    expect(keptSplits(folds.split(codes.length, Uint8Array.from(codes)))).toEqual(expected);
    expect(keptSplits(folds.split(codes.length, Float64Array.from(codes)))).toEqual(expected);
  });

  it("keeps every class's count per fold within one, and the folds' sizes too.", () => {
    const label = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(fc.array(label, { minLength: 12, maxLength: 80 }), fc.integer({ min: 2, max: 3 }), (y, nSplits) => {
        const folds = new StratifiedKFold({ nSplits, shuffle: true, randomState: 1, onWarning: silent });
        const splits = [...folds.split(y.length, y)];
        expect(splits.reduce((sum, { test }) => sum + test.length, 0)).toBe(y.length);
        for (const c of new Set(y)) {
          const counts = splits.map(({ test }) => [...test].filter((row) => y[row] === c).length);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
        const sizes = splits.map(({ test }) => test.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });

  it("says in one sentence that the smallest class is short.", () => {
    const warnings: string[] = [];
    const folds = new StratifiedKFold({ nSplits: 3, onWarning: (w) => warnings.push(w) });
    folds.split(5, [0, 0, 0, 0, 1]);
    expect(warnings).toEqual(["The smallest class in y has 1 member, fewer than nSplits (3) of StratifiedKFold."]);
  });

  it("refuses missing, miscounted, continuous and unusable labels.", () => {
    const folds = new StratifiedKFold({ nSplits: 2 });
    expect(() => folds.split(4)).toThrow("StratifiedKFold needs labels y to stratify by; got none");
    expect(() => folds.split(4, [0, 1, 0])).toThrow(
      "y of StratifiedKFold must have one label for each of the 4 rows; got 3",
    );
    expect(() => folds.split(4, [0, 1, 0.5, 1])).toThrow(
      "y of StratifiedKFold must be classes, not a continuous target; got 0.5 in row 2",
    );
    expect(() => folds.split(2, [0, Number.NaN])).toThrow(/got NaN in row 1/);
    expect(() => folds.split(3, [0, 1, 2])).toThrow(
      "StratifiedKFold needs a class with at least nSplits (2) members; the largest has 1",
    );
    expect(() => new StratifiedKFold({ nSplits: 0 })).toThrow(
      "nSplits of StratifiedKFold must be an integer >= 2; got 0",
    );
  });
});
