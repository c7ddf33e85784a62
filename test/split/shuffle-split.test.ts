import { describe, expect, it } from "vitest";
import { ShuffleSplit } from "../../src/split/shuffle-split.js";
import { StratifiedShuffleSplit } from "../../src/split/stratified-shuffle-split.js";
import { trainTestSplit } from "../../src/split/train-test-split.js";
import { golden, keptSplits } from "./golden.js";

describe("sizes of random splits", () => {
  it("rounds and refuses exactly as scikit-learn does, over a table of row counts and sizes.", () => {
    const wrong = golden.sizes.filter(([n, testSize, trainSize, expected]) => {
      let got: readonly number[] | 0 = 0;
      try {
        const sides = trainTestSplit(new Uint8Array(n), { testSize, trainSize });
        got = [sides[0].length, sides[1].length];
      } catch {}
      return JSON.stringify(got) !== JSON.stringify(expected);
    });
    expect(wrong).toEqual([]);
    expect(golden.sizes.length).toBeGreaterThan(1000);
  });

  it("names the size that is wrong.", () => {
    const sizes = (n: number, testSize: number | null, trainSize: number | null = null) =>
      trainTestSplit(new Uint8Array(n), { testSize, trainSize });
    const expected = "null, a fraction between 0 and 1 (both excluded) or an integer >= 1";
    expect(() => sizes(10, 0)).toThrow(`testSize of trainTestSplit must be ${expected}; got 0`);
    expect(() => sizes(10, null, 1.5)).toThrow(`trainSize of trainTestSplit must be ${expected}; got 1.5`);
    expect(() => sizes(10, Number.NaN)).toThrow(`testSize of trainTestSplit must be ${expected}; got NaN`);
    expect(() => sizes(10, 10)).toThrow(
      "testSize of trainTestSplit must be smaller than the number of rows (10); got 10",
    );
    expect(() => sizes(10, 0.75, 0.5)).toThrow(
      "testSize + trainSize of trainTestSplit must be at most 1 when both are fractions; got 1.25",
    );
    expect(() => sizes(10, 6, 5)).toThrow(
      "trainSize and testSize of trainTestSplit must not exceed the number of rows (10) together; got 5 + 6",
    );
    expect(() => sizes(10, 0.95)).toThrow(
      "trainSize of trainTestSplit must leave at least one row to train on; got none of 10 with testSize 0.95, trainSize null",
    );
    expect(() => sizes(1, 0.5)).toThrow("trainTestSplit needs at least 2 rows; got 1");
  });
});

describe("ShuffleSplit", () => {
  it.each(golden.shuffleSplit)(
    "splits $n rows as scikit-learn does (test $testSize, train $trainSize, seed $randomState).",
    ({ n, nSplits, testSize, trainSize, randomState, splits }) => {
      expect(keptSplits(new ShuffleSplit({ nSplits, testSize, trainSize, randomState }).split(n))).toEqual(splits);
    },
  );

  it("splits anew at each call when the seed is null, and alike when it is not.", () => {
    const anew = new ShuffleSplit({ nSplits: 1 });
    expect(keptSplits(anew.split(500))).not.toEqual(keptSplits(anew.split(500)));
    const alike = new ShuffleSplit({ nSplits: 1, randomState: 5 });
    expect(keptSplits(alike.split(500))).toEqual(keptSplits(alike.split(500)));
  });

  it("refuses options out of range.", () => {
    expect(() => new ShuffleSplit({ nSplits: 0 })).toThrow("nSplits of ShuffleSplit must be an integer >= 1; got 0");
    expect(() => new ShuffleSplit({ testSize: -1 })).toThrow(/^testSize of ShuffleSplit must be null/);
    expect(() => new ShuffleSplit({ testSize: 5 }).split(5)).toThrow(/^testSize of ShuffleSplit must be smaller/);
  });
});

describe("StratifiedShuffleSplit", () => {
  it.each(golden.stratifiedShuffleSplit)(
    "splits '$labels' as scikit-learn does (test $testSize, train $trainSize, seed $randomState).",
    ({ labels, testSize, trainSize, randomState, splits }) => {
      const y = golden.labels[labels]!;
      const run = () =>
        keptSplits(new StratifiedShuffleSplit({ nSplits: 2, testSize, trainSize, randomState }).split(y.length, y));
      if (splits === "error") expect(run).toThrow(/StratifiedShuffleSplit/);
      else expect(run()).toEqual(splits);
    },
  );

  it("refuses a class of one, sides smaller than the classes, and missing labels.", () => {
    const splitter = new StratifiedShuffleSplit({ testSize: 2 });
    expect(() => splitter.split(5, ["a", "a", "b", "c", "c"])).toThrow(
      'StratifiedShuffleSplit needs at least 2 members of every class; class "b" has 1',
    );
    expect(() => splitter.split(6, [0, 0, 1, 1, 2, 2])).toThrow(
      "testSize of StratifiedShuffleSplit must give at least as many rows as there are classes (3); got 2",
    );
    expect(() => splitter.split(6)).toThrow("StratifiedShuffleSplit needs labels y to stratify by; got none");
  });
});
