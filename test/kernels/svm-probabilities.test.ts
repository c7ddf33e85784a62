import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { svm } from "../../src/kernels/generated/svm.js";
import { DONE } from "../../src/kernels/kernel.js";
import {
  PLATT_SCRATCH_BYTES,
  pairArgs,
  pairProbabilities,
  pairScratchBytes,
  plattArgs,
  plattScaling,
} from "../../src/kernels/svm-probabilities.js";
import { KernelMemory } from "./reference/kernel-memory.js";
import * as reference from "./reference/svm-probabilities.js";

type Numbers = readonly number[];

interface Coupling {
  readonly name: string;
  readonly classes: number;
  readonly probA: Numbers;
  readonly probB: Numbers;
  readonly decisions: readonly Numbers[];
}

const golden = JSON.parse(readFileSync(new URL("../golden/svm-probabilities.json", import.meta.url), "utf8")) as {
  couplings: readonly (Coupling & { probabilities: readonly Numbers[]; sigmoid?: Numbers })[];
  sigmoids: readonly { first: Numbers; second: Numbers; A: number; B: number }[];
};

const memories = [new KernelMemory(false, svm), new KernelMemory(true, svm)];

/** A and B of the kernel, the same in both kinds of memory. */
function platt(first: Numbers, second: Numbers): [A: number, B: number] {
  const [result, again] = memories.map((at) => {
    at.reset();
    const ranges = [first, second].map((values) => ({ at: at.put(Float64Array.from(values)), n: values.length }));
    const scratch = at.room(PLATT_SCRATCH_BYTES);
    const out = at.room(16);
    at.freezeInputs([scratch, out]);
    expect(at.call(plattScaling.name, plattArgs(ranges[0]!, ranges[1]!, scratch, out))).toBe(DONE);
    at.checkGuards();
    return [...new Float64Array(at.buffer, out, 2)] as [number, number];
  });
  expect(again).toEqual(result);
  return result!;
}

/** Probabilities of the kernel, the same in both kinds of memory. */
function couple({ classes, probA, probB, decisions }: Coupling): number[][] {
  const [result, again] = memories.map((at) => {
    at.reset();
    const problem = {
      decisions: at.put(Float64Array.from(decisions.flat())),
      rows: decisions.length,
      classes,
      probA: at.put(Float64Array.from(probA)),
      probB: at.put(Float64Array.from(probB)),
    };
    const scratch = at.room(pairScratchBytes(classes));
    const out = at.room(8 * classes * decisions.length);
    at.freezeInputs([scratch, out]);
    expect(at.call(pairProbabilities.name, pairArgs(problem, scratch, out))).toBe(DONE);
    at.checkGuards();
    return decisions.map((_, i) => [...new Float64Array(at.buffer, out + 8 * classes * i, classes)]);
  });
  expect(again).toEqual(result);
  return result!;
}

const largest = (values: Numbers): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const differences = (a: Numbers, b: Numbers): number[] => a.map((value, i) => value - b[i]!);

/** 1 / (1 + exp(A d + B)) by the engine. */
const share = (d: number, [A, B]: Numbers): number => 1 / (1 + Math.exp(A! * d + B!));

/** The gradient of Platt's loss by A and B, written down anew. */
function gradient(first: Numbers, second: Numbers, fit: Numbers): [number, number] {
  const t1 = (first.length + 1) / (first.length + 2);
  const t2 = 1 / (second.length + 2);
  const misses = [...first.map((d) => [d, t1 - share(d, fit)]), ...second.map((d) => [d, t2 - share(d, fit)])];
  return [misses.reduce((sum, [d, miss]) => sum + d! * miss!, 0), misses.reduce((sum, [, miss]) => sum + miss!, 0)];
}

const decisions = (min: number, max: number, minLength = 1, maxLength = 60) =>
  fc.array(fc.double({ min, max, noNaN: true }), { minLength, maxLength });

describe("plattScaling", () => {
  it("gives the reference's bits for any numbers of rows, none and several chunks included", () => {
    const values = fc
      .record({
        n: fc.integer({ min: 0, max: 40 }),
        chunks: fc.nat(2),
        shift: fc.double({ min: -3, max: 3, noNaN: true }),
      })
      .chain(({ n, chunks, shift }) =>
        fc
          .tuple(fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })), fc.integer({ min: -3, max: 3 }))
          .map(([stream, power]) =>
            Array.from(
              { length: n + (n % 5 === 0 ? 500 * chunks : 0) },
              () => (stream.next().value! + shift) * 10 ** power,
            ),
          ),
      );
    fc.assert(
      fc.property(values, values, (first, second) => {
        expect(platt(first, second)).toEqual(reference.plattScaling(first, second));
      }),
      { numRuns: 200 },
    );
  });

  it("finds the A and B that another optimiser finds", () => {
    for (const { first, second, A, B } of golden.sigmoids) {
      const fit = platt(first, second);
      expect(largest(differences(fit, [A, B]))).toBeLessThan(1e-3 * (1 + Math.abs(A) + Math.abs(B)));
    }
  });

  it("ends where the gradient of its loss vanishes", () => {
    fc.assert(
      fc.property(decisions(-3, 4), decisions(-4, 3), (first, second) => {
        expect(largest(gradient(first, second, platt(first, second)))).toBeLessThan(1.01e-5);
      }),
      { numRuns: 300 },
    );
  });

  it("gives the first class the more, the larger a decision value is, where its rows have the larger ones", () => {
    fc.assert(
      fc.property(decisions(0.1, 5, 2), decisions(-5, -0.1, 2), (first, second) => {
        const fit = platt(first, second);
        expect(fit[0]).toBeLessThan(0);
        expect(largest(gradient(first, second, fit))).toBeLessThan(1.01e-5);
      }),
    );
  });

  it("turns its probabilities where the classes change places and the decision values their sign", () => {
    fc.assert(
      fc.property(decisions(-3, 4, 2), decisions(-4, 3, 2), (first, second) => {
        const fit = platt(first, second);
        const turn = (values: Numbers) => values.map((d) => -d);
        const turned = platt(turn(second), turn(first));
        for (const d of [...first, ...second]) expect(share(-d, turned)).toBeCloseTo(1 - share(d, fit), 4);
      }),
    );
  });

  it("hardly depends on the order of the rows of a class", () => {
    fc.assert(
      fc.property(decisions(-3, 4, 2), decisions(-4, 3, 2), (first, second) => {
        const fit = platt(first, second);
        const other = platt(first.toReversed(), second.toSorted());
        for (const d of [...first, ...second]) expect(share(d, other)).toBeCloseTo(share(d, fit), 4);
      }),
    );
  });

  it("gives the prior's probability where all decision values are equal", () => {
    for (const value of [0, 1, -2.5, 1e-200, 1e5]) {
      for (const [n1, n2] of [
        [5, 5],
        [700, 3],
        [0, 9],
        [4, 0],
      ] as const) {
        const fit = platt(new Array<number>(n1).fill(value), new Array<number>(n2).fill(value));
        const mean = ((n1 * (n1 + 1)) / (n1 + 2) + n2 / (n2 + 2)) / (n1 + n2);
        expect(share(value, fit)).toBeCloseTo(mean, 4);
      }
    }
  });

  it("falls back on the prior where squares of decision values overflow", () => {
    const [A, B] = platt([1e300, 2e300, -1e299], [-1e300]);
    expect(A).toBe(0);
    expect(B).toBeCloseTo(Math.log(2 / 4), 14);
    expect(platt([], [])).toEqual([0, 0]);
  });

  it("ends with finite numbers for decision values of any size", () => {
    const any = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 8 });
    fc.assert(
      fc.property(any, any, (first, second) => {
        expect(platt(first, second).every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe("pairProbabilities", () => {
  const couplings = fc
    .record({ classes: fc.integer({ min: 2, max: 13 }), rows: fc.integer({ min: 0, max: 5 }) })
    .chain(({ classes, rows }) => {
      const pairs = (classes * (classes - 1)) / 2;
      const numbers = (most: number) =>
        fc.array(fc.double({ min: -most, max: most, noNaN: true }), { minLength: pairs, maxLength: pairs });
      return fc.record({
        name: fc.constant(""),
        classes: fc.constant(classes),
        probA: numbers(5),
        probB: numbers(2),
        decisions: fc.array(fc.constantFrom(1, 30, 1e300).chain(numbers), { minLength: rows, maxLength: rows }),
      });
    });

  it("gives the reference's bits for any number of classes and rows", () => {
    fc.assert(
      fc.property(couplings, (one) => {
        const { classes, probA, probB } = one;
        const expected = one.decisions.map((row) => reference.pairProbabilities(row, classes, probA, probB));
        expect(couple(one)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it("gives distributions", () => {
    fc.assert(
      fc.property(couplings, (one) => {
        for (const p of couple(one)) {
          expect(p.every((own) => own >= 0 && own <= 1)).toBe(true);
          expect(p.reduce((sum, own) => sum + own, 0)).toBeCloseTo(1, 12);
        }
      }),
    );
  });

  it.each(golden.couplings.filter(({ classes }) => classes > 2))("gives LIBSVM's probabilities: $name", (one) => {
    expect(largest(differences(couple(one).flat(), one.probabilities.flat()))).toBeLessThan(1e-10);
  });

  it("gives two classes the sigmoid itself, which LIBSVM's coupling approaches", () => {
    const [one] = golden.couplings.filter(({ classes }) => classes === 2);
    const own = couple(one!);
    expect(largest(own.map(([p], i) => p! - one!.sigmoid![i]!))).toBeLessThan(1e-12);
    const coupled = own.map(([p, q]) => reference.couple([[0, p!], [q!, 0]])); // biome-ignore format: a table
    expect(largest(differences(coupled.flat(), one!.probabilities.flat()))).toBeLessThan(1e-10);
    expect(largest(differences(own.flat(), one!.probabilities.flat()))).toBeLessThan(0.005);
  });

  it("recovers the probabilities that all pairs agree about", () => {
    const weights = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 3, maxLength: 10 });
    fc.assert(
      fc.property(weights, (w) => {
        const total = w.reduce((sum, own) => sum + own, 0);
        const row = w.flatMap((own, i) => w.slice(i + 1).map((other) => Math.log(own / other)));
        const probA = row.map(() => -1);
        const probB = row.map(() => 0);
        const [p] = couple({ name: "", classes: w.length, probA, probB, decisions: [row] });
        expect(largest(p!.map((own, i) => own - w[i]! / total))).toBeLessThan(0.02);
      }),
    );
  });
});
