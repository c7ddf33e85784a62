import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DummyClassifier, type DummyClassifierParams } from "../../src/dummy/dummy-classifier.js";

/** Values of scikit-learn 1.9.1; made by test/golden/make/dummy.py. */
const golden: {
  readonly y: readonly string[];
  readonly cases: readonly {
    readonly strategy: DummyClassifierParams["strategy"];
    readonly weight: readonly number[] | null;
    readonly classPrior: readonly number[];
    readonly predict: readonly string[] | null;
    readonly predictProba: readonly (readonly number[])[];
  }[];
} = JSON.parse(readFileSync(new URL("../golden/dummy.json", import.meta.url), "utf8"));

const X = golden.y.map(() => [0, 0]);
const y = golden.y;

for (const expected of golden.cases) {
  const { strategy, weight } = expected;
  test(`strategy ${strategy} ${weight === null ? "without" : "with"} weights answers as scikit-learn's.`, async () => {
    const dummy = new DummyClassifier({ strategy, constant: strategy === "constant" ? "a" : null, randomState: 0 });
    await dummy.fit(X, y, { sampleWeight: weight });
    dummy.classPrior.forEach((share, code) => {
      expect(share).toBeCloseTo(expected.classPrior[code]!, 14);
    });
    if (expected.predict !== null) expect(await dummy.predict(X)).toEqual(expected.predict);
    const rows = (await dummy.predictProba(X)).toArrays();
    rows.forEach((row, i) => {
      row.forEach((p, j) => {
        expect(p).toBeCloseTo(expected.predictProba[i]![j]!, 14);
      });
    });
  });
}

const many = Array.from({ length: 6000 }, () => [0]);
const shareOf = (labels: readonly unknown[], label: unknown) =>
  labels.filter((one) => one === label).length / labels.length;

test("Stratified labels come in the shares of the classes, and never from a class of weight 0.", async () => {
  const dummy = new DummyClassifier({ strategy: "stratified", randomState: 3 });
  await dummy.fit([[0], [0], [0], [0]], ["x", "y", "y", "z"], { sampleWeight: [1, 1, 2, 0] });
  const labels = await dummy.predict(many);
  expect(shareOf(labels, "x")).toBeCloseTo(0.25, 1);
  expect(shareOf(labels, "y")).toBeCloseTo(0.75, 1);
  expect(labels).not.toContain("z");
});

test("Uniform labels are equally frequent whatever the shares of the classes.", async () => {
  const dummy = new DummyClassifier({ strategy: "uniform", randomState: 3 });
  await dummy.fit([[0], [0], [0], [0]], [1, 2, 2, 2]);
  expect(shareOf(await dummy.predict(many), 1)).toBeCloseTo(0.5, 1);
});

test("Random labels repeat for one seed, differ for another, and are those of the drawn probabilities.", async () => {
  const labels = async (randomState: number) => {
    const dummy = await new DummyClassifier({ strategy: "stratified", randomState }).fit(X, y);
    const first = await dummy.predict(X);
    expect(await dummy.predict(X)).toEqual(first);
    const drawn = (await dummy.predictProba(X)).toArrays().map((row) => dummy.classes[row.indexOf(1)]);
    expect(drawn).toEqual(first);
    return first;
  };
  expect(await labels(1)).toEqual(await labels(1));
  expect(await labels(1)).not.toEqual(await labels(2));
});

test("X is not looked at: NaN in it is no error.", async () => {
  const dummy = await new DummyClassifier().fit([[Number.NaN], [1]], ["a", "a"]);
  expect(await dummy.predict([[Number.NaN]])).toEqual(["a"]);
});

test("A constant that is missing or not among the classes is refused by name.", async () => {
  const fitted = (constant: string | null) => new DummyClassifier({ strategy: "constant", constant }).fit(X, y);
  await expect(fitted(null)).rejects.toThrow(
    'constant of DummyClassifier must be a label where strategy is "constant"; got null',
  );
  await expect(fitted("d")).rejects.toThrow(
    'constant of DummyClassifier must be among the classes of y, "a", "b", "c"; got "d"',
  );
});
