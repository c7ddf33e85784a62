import { describe, expect, expectTypeOf, it } from "vitest";
import { Matrix } from "../../src/core/matrix.js";
import { loadDigits } from "../../src/datasets/digits.js";
import { trainTestSplit } from "../../src/split/train-test-split.js";
import { golden, kept } from "./golden.js";

describe("trainTestSplit", () => {
  it.each(golden.trainTestSplit)(
    "splits $n rows as scikit-learn does (test $testSize, train $trainSize, shuffle $shuffle, by '$stratify', seed $randomState).",
    ({ n, testSize, trainSize, shuffle, stratify, randomState, split }) => {
      const labels = stratify === "digits" ? loadDigits().y : stratify === null ? null : golden.labels[stratify]!;
      const rows = Uint32Array.from({ length: n }, (_, i) => i);
      const [train, test] = trainTestSplit(rows, { testSize, trainSize, shuffle, randomState, stratify: labels });
      expect([kept(train), kept(test)]).toEqual(split);
    },
  );

  it("takes the same rows of every argument and keeps its kind.", () => {
    const X = Array.from({ length: 20 }, (_, i) => [i, -i]);
    const y = Array.from({ length: 20 }, (_, i) => `label ${i}`);
    const weight = Float32Array.from({ length: 20 }, (_, i) => i / 2);
    const [XTrain, XTest, yTrain, yTest, wTrain, wTest] = trainTestSplit(X, y, weight, { randomState: 3 });
    expect(XTest.length).toBe(5);
    expect(XTrain.length).toBe(15);
    expect(yTrain).toEqual(XTrain.map(([i]) => `label ${i}`));
    expect(yTest).toEqual(XTest.map(([i]) => `label ${i}`));
    expect(wTest).toEqual(Float32Array.from(XTest, ([i]) => i! / 2));
    expect(wTrain).toBeInstanceOf(Float32Array);
    expect(XTrain[0]).toBe(X[XTrain[0]![0]!]);
  });

  it("takes views of a Matrix.", () => {
    const X = new Matrix(
      Uint8Array.from({ length: 24 }, (_, i) => i),
      8,
      3,
    );
    const [XTrain, XTest] = trainTestSplit(X, { testSize: 2, shuffle: false });
    expect(XTrain.root).toBe(X);
    expect(XTest.toArrays()).toEqual([
      [18, 19, 20],
      [21, 22, 23],
    ]);
  });

  it("leaves its arguments unchanged and works without options.", () => {
    const y = Object.freeze([1, 2, 3, 4]);
    const [train, test] = trainTestSplit(y);
    expect([...train, ...test].sort()).toEqual([1, 2, 3, 4]);
    expect(test.length).toBe(1);
  });

  it("gives plain bytes for a Buffer.", () => {
    const [train] = trainTestSplit(Buffer.from([1, 2, 3, 4]), { shuffle: false });
    expect(train).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("types each side after its argument.", () => {
    const X: number[][] = [[1], [2], [3], [4]];
    const rows: readonly Float32Array[] = X.map((row) => Float32Array.from(row));
    const both = trainTestSplit(X, new Uint8Array(4));
    expectTypeOf(both[0]).toEqualTypeOf<number[][]>();
    expectTypeOf(both[3]).toExtend<Uint8Array>();
    expectTypeOf(trainTestSplit(rows)[1]).toEqualTypeOf<Float32Array[]>();
    expectTypeOf(trainTestSplit(new Matrix(new Uint8Array(4), 4, 1))[0]).toEqualTypeOf<Matrix>();
    expectTypeOf(trainTestSplit(X, ["a", "b", "a", "b"], { testSize: 1 })[2]).toEqualTypeOf<string[]>();
    expect(both).toHaveLength(4);
  });

  it("refuses what cannot be split.", () => {
    expect(() => trainTestSplit([1, 2, 3], [1, 2])).toThrow(
      "argument 2 of trainTestSplit must have as many rows as the first (3); got 2",
    );
    expect(() => trainTestSplit("abcd" as never, [1, 2, 3, 4])).toThrow(
      'argument 1 of trainTestSplit must be an array, a typed array or a Matrix; got "abcd"',
    );
    expect(() => trainTestSplit({ testSize: 1 } as never)).toThrow("trainTestSplit needs at least one array; got none");
    expect(() => trainTestSplit([])).toThrow("trainTestSplit needs at least 2 rows; got 0");
    expect(() => trainTestSplit([1, 2, 3, 4], { stratify: [0, 0, 1] })).toThrow(
      "stratify of trainTestSplit must have one label for each of the 4 rows; got 3",
    );
    expect(() => trainTestSplit([1, 2, 3, 4], { shuffle: false, stratify: [0, 0, 1, 1] })).toThrow(
      "stratify of trainTestSplit must be null when shuffle is false",
    );
    expect(() => trainTestSplit([1, 2, 3], { stratify: [0, 0, 1] })).toThrow(
      "trainTestSplit needs at least 2 members of every class; class 1 has 1",
    );
    expect(() => trainTestSplit([1, 2], { randomState: -3 })).toThrow(
      "randomState of trainTestSplit must be null or an integer >= 0 and <= 4294967295; got -3",
    );
  });
});
