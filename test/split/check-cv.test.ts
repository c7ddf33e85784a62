import { describe, expect, it } from "vitest";
import { checkCv, listSplits } from "../../src/split/check-cv.js";
import { KFold } from "../../src/split/k-fold.js";
import { golden } from "./golden.js";

describe("checkCv", () => {
  it.each(golden.checkCv)("makes a $kind of cv $cv for labels $y (classifier: $classifier).", (given) => {
    const splitter = checkCv(given.cv, given.y, given.classifier);
    expect(splitter.constructor.name).toBe(given.kind);
    expect(splitter.nSplits).toBe(given.cv ?? 5);
  });

  it("returns a splitter as it is.", () => {
    const folds = new KFold({ nSplits: 3 });
    expect(checkCv(folds, null, true)).toBe(folds);
  });

  it("keeps pairs of row numbers, read once, in any container.", () => {
    function* pairs() {
      yield [[0, 1], [2]] as const;
      yield { train: Uint32Array.of(2), test: Int32Array.of(0, 1) };
    }
    const splitter = checkCv(pairs(), null, false);
    expect(splitter.nSplits).toBe(2);
    const expected = [
      { train: Uint32Array.of(0, 1), test: Uint32Array.of(2) },
      { train: Uint32Array.of(2), test: Uint32Array.of(0, 1) },
    ];
    expect([...splitter.split(3)]).toEqual(expected);
    expect([...splitter.split(3)]).toEqual(expected);
  });

  it("takes back what a splitter gave.", () => {
    const folds = new KFold({ nSplits: 2 });
    expect([...checkCv([...folds.split(5)], null, false).split(5)]).toEqual([...folds.split(5)]);
  });

  it("refuses row numbers out of range, empty sides and no pairs, naming split and side.", () => {
    const split = (pair: unknown) => () => [...checkCv([pair] as never, null, false).split(3)];
    expect(split([[0, 1], [3]])).toThrow("test rows of split 0 of cv must be integers from 0 to 2; got 3");
    expect(split([[0, -1], [2]])).toThrow("train rows of split 0 of cv must be integers from 0 to 2; got -1");
    expect(split([[0, 0.5], [2]])).toThrow("train rows of split 0 of cv must be integers from 0 to 2; got 0.5");
    expect(split([[], [2]])).toThrow("train rows of split 0 of cv must be at least one row number; got none");
    expect(split([[1]])).toThrow("test rows of split 0 of cv must be at least one row number; got none");
    expect(split(7)).toThrow("split 0 of cv must be a pair of train and test row numbers; got 7");
    expect(() => checkCv([], null, false)).toThrow("cv must give at least one split; got none");
  });

  it("refuses other things.", () => {
    const expected = "cv must be an integer >= 2, a splitter or pairs of row numbers";
    expect(() => checkCv(1, null, false)).toThrow(`${expected}; got 1`);
    expect(() => checkCv(2.5, null, false)).toThrow(`${expected}; got 2.5`);
    expect(() => checkCv("abc" as never, null, false)).toThrow(`${expected}; got "abc"`);
    expect(() => checkCv({} as never, null, false)).toThrow(`${expected}; got an object`);
  });
});

describe("listSplits", () => {
  it("checks the splits of a splitter that somebody else wrote.", () => {
    const sloppy = { nSplits: 1, split: () => [{ train: [0, 1] as never, test: [9] as never }] };
    expect(() => listSplits(sloppy, 3)).toThrow("test rows of split 0 of cv must be integers from 0 to 2; got 9");
    expect(listSplits(sloppy, 10)).toEqual([{ train: Uint32Array.of(0, 1), test: Uint32Array.of(9) }]);
    expect(() => listSplits({ nSplits: 0, split: () => [] }, 3)).toThrow("cv must give at least one split; got none");
  });
});
