import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Matrix } from "../../src/core/matrix.js";
import { makeBlobs, makeClassification, makeMoons } from "../../src/datasets.js";

interface Golden {
  readonly moons: Readonly<Record<string, readonly [X: number[][], y: number[]]>>;
  readonly classCounts: readonly {
    readonly nSamples: number;
    readonly nClasses: number;
    readonly nClustersPerClass: number;
    readonly weights: number[] | null;
    readonly counts: number[];
  }[];
  readonly blobCounts: readonly { nSamples: number; centers: number; counts: number[] }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL("../golden/datasets.json", import.meta.url), "utf8"));

const countsOf = (y: Int32Array, nClasses: number) =>
  Array.from({ length: nClasses }, (_, k) => y.filter((label) => label === k).length);

const column = (X: Matrix, j: number) => Array.from({ length: X.rows }, (_, i) => X.at(i, j));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const deviation = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

const correlation = (a: readonly number[], b: readonly number[]) =>
  mean(a.map((value, i) => (value - mean(a)) * (b[i]! - mean(b)))) / (deviation(a) * deviation(b));

const rowsAsText = (X: Matrix, y: Int32Array) =>
  X.toArrays()
    .map((row, i) => `${row.join(" ")} ${y[i]}`)
    .sort();

describe.each([
  ["makeBlobs", makeBlobs],
  ["makeMoons", (options: object) => makeMoons({ noise: 0.1, ...options })],
  ["makeClassification", makeClassification],
])("%s", (_, make) => {
  it("gives the same data for the same seed, and other data for another or none.", () => {
    const data = (randomState: number | null) => make({ nSamples: 30, randomState }).X.data;
    expect(data(1)).toEqual(data(1));
    expect(data(1)).not.toEqual(data(2));
    expect(data(null)).not.toEqual(data(null));
    expect(data(1)).toBeInstanceOf(Float64Array);
  });

  it("mixes the classes when it shuffles.", () => {
    const { y } = make({ nSamples: 60, randomState: 0 });
    expect([...y]).not.toEqual([...y].sort((a, b) => a - b));
  });

  it("refuses an option that it does not have.", () => {
    expect(() => make({ nSample: 3 } as never)).toThrow(/has no parameter 'nSample'; did you mean nSamples\?/);
  });
});

describe("makeBlobs", () => {
  it.each(golden.blobCounts)("deals $nSamples rows to $centers centers as scikit-learn does.", (given) => {
    const { y } = makeBlobs({ nSamples: given.nSamples, centers: given.centers, randomState: 0 });
    expect(countsOf(y, given.centers)).toEqual(given.counts);
  });

  it("spreads each blob around its center with its own deviation.", () => {
    const centers = [
      [100, -50, 3],
      [0, 0, 0],
    ];
    const options = { nSamples: [4000, 2000], centers, clusterStd: [2, 0.5], shuffle: false, randomState: 3 };
    const { X, y, centers: used } = makeBlobs(options);
    expect([X.rows, X.cols]).toEqual([6000, 3]);
    expect(used).toEqual(centers);
    expect(countsOf(y, 2)).toEqual([4000, 2000]);
    for (let j = 0; j < 3; j++) {
      const first = column(X, j).slice(0, 4000);
      const second = column(X, j).slice(4000);
      expect(mean(first)).toBeCloseTo(centers[0]![j]!, 0);
      expect(Math.abs(deviation(first) - 2)).toBeLessThan(0.1);
      expect(Math.abs(deviation(second) - 0.5)).toBeLessThan(0.05);
    }
  });

  it("draws centers from the box, 3 unless told.", () => {
    const { centers } = makeBlobs({ centerBox: [5, 6], nFeatures: 4, randomState: 1 });
    expect(centers.map((center) => center.length)).toEqual([4, 4, 4]);
    expect(Math.min(...centers.flat())).toBeGreaterThanOrEqual(5);
    expect(Math.max(...centers.flat())).toBeLessThan(6);
    expect(makeBlobs({ nSamples: [1, 2], randomState: 1 }).centers).toHaveLength(2);
  });

  it("shuffles whole rows: the same rows in another order.", () => {
    const ordered = makeBlobs({ nSamples: 40, randomState: 8, shuffle: false });
    const shuffled = makeBlobs({ nSamples: 40, randomState: 8 });
    expect(rowsAsText(shuffled.X, shuffled.y)).toEqual(rowsAsText(ordered.X, ordered.y));
  });

  it("refuses options out of range or at odds with each other.", () => {
    expect(() => makeBlobs({ nSamples: 0 })).toThrow(
      "nSamples of makeBlobs must be an integer >= 1 or a list of integers >= 0; got 0",
    );
    expect(() => makeBlobs({ centers: [[1, 2], [3]] })).toThrow(/^centers of makeBlobs must be null, an integer/);
    expect(() => makeBlobs({ centerBox: [1, 0] })).toThrow(/^centerBox of makeBlobs must be two finite numbers/);
    expect(() => makeBlobs({ clusterStd: -1 })).toThrow(/^clusterStd of makeBlobs must be a finite number >= 0/);
    expect(() => makeBlobs({ clusterStd: [1, 2] })).toThrow(
      "clusterStd of makeBlobs must be a number or 3 of them; got 2",
    );
    expect(() => makeBlobs({ nSamples: [3, 3], centers: [[0]] })).toThrow(
      "centers of makeBlobs must be as many as nSamples lists (2); got 1",
    );
    expect(() => makeBlobs({ nSamples: [3, 3], centers: 2 })).toThrow(
      "centers of makeBlobs must be null or points when nSamples is a list; got 2",
    );
  });
});

describe("makeMoons", () => {
  it.each(Object.entries(golden.moons))("places %s points where scikit-learn does.", (n, [points, labels]) => {
    const { X, y } = makeMoons({ nSamples: Number(n), shuffle: false });
    expect([...y]).toEqual(labels);
    X.toArrays().forEach((row, i) => {
      row.forEach((value, j) => {
        expect(Math.abs(value - points[i]![j]!)).toBeLessThan(1e-15);
      });
    });
  });

  it("takes the size of each moon, and adds noise of the given deviation.", () => {
    const exact = makeMoons({ nSamples: [1500, 500], shuffle: false });
    const noisy = makeMoons({ nSamples: [1500, 500], shuffle: false, noise: 0.3, randomState: 4 });
    expect(countsOf(noisy.y, 2)).toEqual([1500, 500]);
    const noise = Array.from(noisy.X.data, (value, i) => value - exact.X.data[i]!);
    expect(Math.abs(mean(noise))).toBeLessThan(0.02);
    expect(Math.abs(deviation(noise) - 0.3)).toBeLessThan(0.02);
  });

  it("refuses options out of range.", () => {
    expect(() => makeMoons({ nSamples: [1, 2, 3] as never })).toThrow(
      "nSamples of makeMoons must be an integer >= 1 or two integers >= 0; got an array of 3",
    );
    expect(() => makeMoons({ noise: -1 })).toThrow(/^noise of makeMoons must be null or a finite number >= 0/);
  });
});

describe("makeClassification", () => {
  it.each(golden.classCounts)(
    "gives $nSamples rows to $nClasses classes of $nClustersPerClass clusters by $weights as scikit-learn does.",
    ({ counts, ...options }) => {
      const { y } = makeClassification({ ...options, nInformative: 6, nFeatures: 12, flipY: 0, randomState: 0 });
      expect(countsOf(y, options.nClasses)).toEqual(counts);
    },
  );

  const plain = { nSamples: 3000, nFeatures: 7, shuffle: false, flipY: 0, randomState: 5 } as const;

  it("orders its columns: informative, redundant, repeated, noise.", () => {
    const { X } = makeClassification({ ...plain, nInformative: 1, nClustersPerClass: 1, nRedundant: 2, nRepeated: 2 });
    const [first, ...others] = Array.from({ length: 7 }, (_, j) => column(X, j));
    const linked = others.map((other) => Math.abs(correlation(first!, other)));
    for (const r of linked.slice(0, 4)) expect(r).toBeCloseTo(1, 10);
    for (const r of linked.slice(4)) expect(r).toBeLessThan(0.1);
    const useful = [first, ...others.slice(0, 2)].map(String);
    expect(useful).toContain(String(others[2]));
    expect(useful).toContain(String(others[3]));
    expect(deviation(others[5]!)).toBeCloseTo(1, 1);
  });

  it("puts each cluster at its own corner, classSep away from the middle on every axis.", () => {
    const options = { ...plain, nInformative: 3, nRedundant: 0, nFeatures: 3, classSep: 40 };
    const { X, y } = makeClassification({ ...options, nClasses: 4, nClustersPerClass: 2 });
    const corner = (i: number) => [0, 1, 2].map((j) => (X.at(i, j) > 0 ? 1 : 0)).join("");
    const classesAt = new Map<string, Set<number>>();
    y.forEach((label, i) => {
      classesAt.set(corner(i), (classesAt.get(corner(i)) ?? new Set()).add(label));
      for (let j = 0; j < 3; j++) expect(Math.abs(Math.abs(X.at(i, j)) - 40)).toBeLessThan(12);
    });
    expect(classesAt.size).toBe(8);
    for (const labels of classesAt.values()) expect(labels.size).toBe(1);
  });

  it("moves the corners inwards without the hypercube.", () => {
    const options = { ...plain, nInformative: 2, nRedundant: 0, nFeatures: 2, classSep: 1000, hypercube: false };
    const { X } = makeClassification(options);
    const places = new Set(column(X, 0).map((value) => Math.round(Math.abs(value) / 20)));
    expect(places.size).toBeGreaterThan(2);
    expect(Math.max(...column(X, 0).map(Math.abs))).toBeLessThan(1010);
  });

  it("shifts and then scales each column, drawing what is null.", () => {
    const base = makeClassification(plain);
    const moved = makeClassification({ ...plain, shift: [1, 2, 3, 4, 5, 6, 7], scale: 10 });
    base.X.toArrays().forEach((row, i) => {
      row.forEach((value, j) => {
        expect(moved.X.at(i, j)).toBe((value + (j + 1)) * 10);
      });
    });
    const drawn = makeClassification({ ...plain, shift: null, scale: null });
    const ratios = Array.from({ length: 7 }, (_, j) => deviation(column(drawn.X, j)) / deviation(column(base.X, j)));
    const shifts = ratios.map((ratio, j) => mean(column(drawn.X, j)) / ratio - mean(column(base.X, j)));
    expect(Math.max(...shifts.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(new Set(shifts.map((shift) => shift.toFixed(3))).size).toBe(7);
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...ratios)).toBeLessThan(101);
    expect(new Set(ratios.map((ratio) => ratio.toFixed(3))).size).toBe(7);
  });

  it("flips about the asked share of labels to a class drawn at random.", () => {
    const straight = makeClassification(plain).y;
    const flipped = makeClassification({ ...plain, flipY: 0.4 }).y;
    const changed = flipped.filter((label, i) => label !== straight[i]).length / 3000;
    expect(changed).toBeGreaterThan(0.16);
    expect(changed).toBeLessThan(0.24);
  });

  it("shuffles rows and columns: the same rows, the same columns.", () => {
    const ordered = makeClassification({ ...plain, nSamples: 20 });
    const shuffled = makeClassification({ ...plain, nSamples: 20, shuffle: true });
    const sorted = (X: Matrix) =>
      X.toArrays()
        .map((row) => row.sort((a, b) => a - b).join(" "))
        .sort();
    expect(sorted(shuffled.X)).toEqual(sorted(ordered.X));
    const sums = (X: Matrix) => Array.from({ length: 7 }, (_, j) => mean(column(X, j)).toFixed(9));
    expect(sums(shuffled.X)).not.toEqual(sums(ordered.X));
    expect(sums(shuffled.X).sort()).toEqual(sums(ordered.X).sort());
  });

  it("refuses options that contradict each other.", () => {
    expect(() => makeClassification({ nFeatures: 3 })).toThrow(
      "nFeatures of makeClassification must be at least nInformative + nRedundant + nRepeated (4); got 3",
    );
    expect(() => makeClassification({ nClasses: 3 })).toThrow(
      "nInformative of makeClassification must give 2^nInformative >= nClasses * nClustersPerClass (6); got 2",
    );
    expect(() => makeClassification({ weights: [0.1, 0.2, 0.3] })).toThrow(
      "weights of makeClassification must be one for each of the 2 classes, or one less; got 3",
    );
    expect(() => makeClassification({ weights: [0.9, 0.2] })).toThrow(
      /^weights of makeClassification must add up to at most 1; got 1.1/,
    );
    expect(() => makeClassification({ shift: [1, 2] })).toThrow(
      "shift of makeClassification must be a number or 20 of them; got 2",
    );
  });
});
