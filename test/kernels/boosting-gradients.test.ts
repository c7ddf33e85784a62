import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  absoluteErrorGradients,
  absoluteErrorScale,
  type GradientProblem,
  gradientArgs,
  logisticGradients,
  poissonGradients,
  pseudoHuberGradients,
  scaleArgs,
  softprobGradients,
  squaredErrorGradients,
} from "../../src/kernels/boosting-gradients.js";
import { boosting } from "../../src/kernels/generated/boosting.js";
import { DONE, type Kernel } from "../../src/kernels/kernel.js";
import * as reference from "./reference/boosting-gradients.js";
import { KernelMemory } from "./reference/kernel-memory.js";

const memories = [new KernelMemory(false, boosting), new KernelMemory(true, boosting)];

type Row = reference.Row;
type Formula = (row: Row, own: number) => reference.Pair[];

const kernels: Record<string, { kernel: Kernel; formula: Formula; targets: fc.Arbitrary<number> }> = {
  "multi:softprob": { kernel: softprobGradients, formula: reference.softprob, targets: fc.integer({ min: 0, max: 4 }) },
  "binary:logistic": {
    kernel: logisticGradients,
    formula: reference.logistic,
    targets: fc.integer({ min: 0, max: 1 }),
  },
  "reg:squarederror": { kernel: squaredErrorGradients, formula: reference.squaredError, targets: number(1e6) },
  "reg:absoluteerror": { kernel: absoluteErrorGradients, formula: reference.absoluteError, targets: number(1e6) },
  "reg:pseudohubererror": { kernel: pseudoHuberGradients, formula: reference.pseudoHuber, targets: number(1e6) },
  "count:poisson": { kernel: poissonGradients, formula: reference.poisson, targets: fc.integer({ min: 0, max: 50 }) },
};

function number(most: number): fc.Arbitrary<number> {
  const any = fc.double({ min: -most, max: most, noNaN: true }).map(Math.fround);
  return fc.oneof(any, fc.integer({ min: -3, max: 3 }));
}

interface Case {
  readonly rows: readonly Row[];
  readonly outputs: number;
  readonly weighted: boolean;
}

/** Calls the kernel for ranges of rows, and gives pairs by output and row, and the extremes of each range. */
function run(at: KernelMemory, kernel: Kernel, { rows, outputs, weighted }: Case, own: number, cuts: number[]) {
  at.reset();
  const n = rows.length;
  const columns = Array.from({ length: outputs }, (_, k) => rows.map((row) => row.margins[k]!));
  const problem: GradientProblem = {
    margins: at.put(Float32Array.from(columns.flat())),
    targets: at.put(Float32Array.from(rows, (row) => row.target)),
    weights: weighted ? at.put(Float32Array.from(rows, (row) => row.weight)) : 0,
    gh: at.room(8 * n * outputs),
    rows: n,
    outputs,
  };
  const extremes = at.room(8 * outputs);
  at.freezeInputs([problem.gh, extremes]);
  const bounds = [0, ...cuts.map((cut) => Math.min(cut, n)).sort((a, b) => a - b), n];
  const found = bounds.slice(1).map((end, i) => {
    expect(at.call(kernel.name, gradientArgs(problem, bounds[i]!, end, extremes, own))).toBe(DONE);
    return Array.from(new Float32Array(at.buffer, extremes, 2 * outputs));
  });
  at.checkGuards();
  return { bounds, pairs: Array.from(new Float32Array(at.buffer, problem.gh, 2 * n * outputs)), extremes: found };
}

const weights = fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 50, noNaN: true }).map(Math.fround));

function casesOf(name: string): fc.Arbitrary<Case> {
  // Counts of e^88 are infinite in f32, and infinity times a weight of 0 is not a number.
  const margins = fc.oneof(number(4), number(name === "count:poisson" ? 80 : 120));
  const outputs = name === "multi:softprob" ? fc.constantFrom(5, 6, 10) : fc.constant(1);
  return fc.tuple(outputs, fc.boolean()).chain(([outputs, weighted]) => {
    const row = fc.record({
      margins: fc.array(margins, { minLength: outputs, maxLength: outputs }),
      target: kernels[name]!.targets,
      weight: weighted ? weights : fc.constant(1),
    });
    return fc.record({
      rows: fc.array(row, { minLength: 1, maxLength: 23 }),
      outputs: fc.constant(outputs),
      weighted: fc.constant(weighted),
    });
  });
}

/** Bits, but for the sign of zero, which no sum shows. */
function expectSame(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.map((v) => v + 0)).toEqual(expected.map((v) => v + 0));
}

describe.each(Object.keys(kernels))("The kernel of %s", (name) => {
  const { kernel, formula } = kernels[name]!;

  it("gives the reference's bits and the extremes of its rows, however the rows are divided among calls", () => {
    const owns = fc.constantFrom(Math.fround(0.7), 1, 2.5);
    fc.assert(
      fc.property(casesOf(name), owns, fc.array(fc.nat(23), { maxLength: 4 }), (one, own, cuts) => {
        const expected = one.rows.map((row) => formula(row, own));
        for (const at of memories) {
          const { bounds, pairs, extremes } = run(at, kernel, one, own, cuts);
          const byOutput = Array.from({ length: one.outputs }, (_, k) => expected.map((row) => row[k]!));
          expectSame(pairs, byOutput.flat(2));
          extremes.forEach((found, range) => {
            const of = (k: number, which: 0 | 1) =>
              byOutput[k]!.slice(bounds[range], bounds[range + 1]).map((pair) => Math.abs(pair[which]));
            const largest = Array.from({ length: one.outputs }, (_, k) => [
              Math.max(0, ...of(k, 0)),
              Math.max(0, ...of(k, 1)),
            ]);
            expectSame(found, largest.flat());
          });
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("absoluteErrorScale", () => {
  it("gives the reference's bits", () => {
    fc.assert(
      fc.property(casesOf("reg:absoluteerror"), ({ rows, weighted }) => {
        fc.pre(rows.some(({ weight }) => weight > 0));
        for (const at of memories) expectSame([scaleOf(at, rows, weighted)], [reference.absoluteErrorScale(rows)]);
      }),
    );
  });
});

function scaleOf(at: KernelMemory, rows: readonly Row[], weighted: boolean): number {
  at.reset();
  const problem = {
    margins: at.put(Float32Array.from(rows, (row) => row.margins[0]!)),
    targets: at.put(Float32Array.from(rows, (row) => row.target)),
    weights: weighted ? at.put(Float32Array.from(rows, (row) => row.weight)) : 0,
    gh: 0,
    rows: rows.length,
    outputs: 1,
  };
  const out = at.room(4);
  at.freezeInputs([out]);
  expect(at.call(absoluteErrorScale.name, scaleArgs(problem, out))).toBe(DONE);
  at.checkGuards();
  return new Float32Array(at.buffer, out, 1)[0]!;
}

interface Golden {
  objective: string;
  outputs: number;
  params: { scale_pos_weight?: number; huber_slope?: number };
  targets: number[];
  weights: number[] | null;
  margins: number[];
  g: number[];
  h: number[];
}
const goldens: Golden[] = JSON.parse(
  readFileSync(new URL("../golden/boosting-objectives.json", import.meta.url), "utf8"),
).gradients;

describe.each(Object.keys(kernels))("Gradients of XGBoost 3.4.1, %s", (name) => {
  it("have the bits of the kernel's; sums over several rows agree to 1e-6 of their largest", () => {
    const ofName = goldens.filter(({ objective }) => objective === name);
    expect(ofName.length).toBe(24);
    for (const { outputs, params, targets, weights, margins, g, h } of ofName) {
      const n = targets.length;
      const rows = targets.map((target, row) => ({
        margins: Array.from({ length: outputs }, (_, k) => margins[k * n + row]!),
        target,
        weight: weights?.[row] ?? 1,
      }));
      const weighted = weights !== null;
      const at = memories[0]!;
      const scale = name === "reg:absoluteerror" ? scaleOf(at, rows, weighted) : undefined;
      // The goldens are made with max_delta_step 0, so that it does not hold back the leaf.
      const own = scale ?? params.scale_pos_weight ?? params.huber_slope ?? (name === "count:poisson" ? 0 : 1);
      const { pairs } = run(at, kernels[name]!.kernel, { rows, outputs, weighted }, own, []);
      for (let k = 0; k < outputs; k++) {
        for (const [which, golden] of [g[k]!, h[k]!].entries()) {
          const values = rows.map((_, row) => pairs[2 * (k * n + row) + which]!);
          const sum = values.reduce((total, v) => total + v, 0);
          if (n === 1) expectSame([sum], [Math.fround(golden)]);
          else expect(Math.abs(sum - golden)).toBeLessThanOrEqual(1e-6 * Math.max(...values.map(Math.abs)));
        }
      }
    }
  });
});

describe("The reference's exp", () => {
  it("is the f32 nearest to the engine's, or its neighbour where the engine's lies within 1e-4 of the middle of two", () => {
    fc.assert(
      fc.property(fc.double({ min: -110, max: 95, noNaN: true }).map(Math.fround), (x) => {
        const [own, nearest] = [reference.exp(x), Math.fround(Math.exp(x))];
        if (own === nearest) return;
        const unit = Math.abs(own - nearest);
        expect(Math.abs(Math.abs(Math.exp(x) - own) - unit / 2)).toBeLessThan(1e-4 * unit);
      }),
      { numRuns: 5000 },
    );
    expect([reference.exp(0), reference.exp(-200), reference.exp(89)]).toEqual([1, 0, Number.POSITIVE_INFINITY]);
  });
});
