import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/random.js";
import { tpe } from "../../src/kernels/generated/tpe.js";
import { DONE } from "../../src/kernels/kernel.js";
import {
  logDensities,
  logDensitiesArgs,
  MASSES_BYTES,
  parameterWords,
  parzenScratchBytes,
  propose,
  proposeArgs,
} from "../../src/kernels/tpe-propose.js";
import {
  choice,
  contains,
  type Distribution,
  drawUniformly,
  float,
  int,
} from "../../src/model-selection/distributions.js";
import { golden, space as goldenSpace, largestDifference } from "../tune/golden.js";
import { KernelMemory } from "./reference/kernel-memory.js";
import * as reference from "./reference/parzen-estimator.js";

type Table = readonly (readonly number[])[];

const memories = [true, false].map((shared) => new KernelMemory(shared, tpe));

const numbersOf = (table: Table) => Float64Array.from(table.flat());
const range = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, i) => from + i);

/** What a kernel writes into so many numbers, the same in both kinds of memory. */
function callBoth(length: number, call: (at: KernelMemory, out: number, scratch: (bytes: number) => number) => number) {
  const [result, again] = memories.map((at) => {
    at.reset();
    const out = at.room(8 * length);
    const outputs = [out];
    const room = (bytes: number) => {
      outputs.push(at.room(bytes));
      at.freezeInputs(outputs);
      return outputs.at(-1)!;
    };
    expect(call(at, out, room)).toBe(DONE);
    at.checkGuards();
    return [...new Float64Array(at.buffer, out, length)];
  });
  expect(again).toEqual(result);
  return result!;
}

function parzenIn(at: KernelMemory, space: readonly Distribution[], table: Table) {
  return {
    space: at.put(numbersOf(space.map(parameterWords))),
    parameters: space.length,
    table: at.put(numbersOf(table)),
  };
}

/** Scratch whose first part is the empty table of masses. */
function withMasses(
  at: KernelMemory,
  room: (bytes: number) => number,
  bytes: number,
): [masses: number, scratch: number] {
  const masses = room(MASSES_BYTES + bytes);
  at.zero(masses, MASSES_BYTES);
  return [masses, masses + MASSES_BYTES];
}

function densitiesOf(space: readonly Distribution[], observed: Table, points: Table): number[] {
  return callBoth(points.length, (at, out, room) => {
    const parzen = parzenIn(at, space, observed);
    const rows = { at: at.put(range(0, observed.length)), n: observed.length };
    const placed = at.put(numbersOf(points));
    const [masses, scratch] = withMasses(at, room, parzenScratchBytes(space.length, observed.length, 0));
    const args = logDensitiesArgs({ ...parzen, masses }, rows, placed, points.length, scratch, out);
    // Again, with the masses of the first call.
    at.call(logDensities.name, args);
    const first = [...new Float64Array(at.buffer, out, points.length)];
    const answer = at.call(logDensities.name, args);
    expect([...new Float64Array(at.buffer, out, points.length)]).toEqual(first);
    return answer;
  });
}

function proposalOf(space: readonly Distribution[], good: Table, other: Table, uniforms: Table): number[] {
  return callBoth(space.length, (at, out, room) => {
    // The good ones lie in the middle of the table, and a row that nobody asks for in front.
    const parzen = parzenIn(at, space, [space.map(() => 1), ...other.slice(0, 3), ...good, ...other.slice(3)]);
    const split = Math.min(3, other.length) + 1;
    const goodRows = { at: at.put(range(split, split + good.length)), n: good.length };
    const others = [...range(1, split), ...range(split + good.length, 1 + good.length + other.length)];
    const otherRows = { at: at.put(Uint32Array.from(others)), n: other.length };
    const candidates = { uniforms: at.put(numbersOf(uniforms)), n: uniforms.length };
    const [masses, scratch] = withMasses(at, room, parzenScratchBytes(space.length, good.length, other.length));
    return at.call(propose.name, proposeArgs({ ...parzen, masses }, goodRows, otherRows, candidates, scratch, out));
  });
}

const bound = fc.integer({ min: -50, max: 50 });
const size = fc.integer({ min: 1, max: 60 });
const distribution: fc.Arbitrary<Distribution> = fc.oneof(
  fc.tuple(bound, size).map(([low, length]) => float(low, low + length)),
  fc.tuple(bound, size).map(([low, steps]) => float(low / 10, low / 10 + steps * 0.1, { step: 0.1 })),
  fc.tuple(fc.constantFrom(1e-8, 1e-3, 1), size).map(([low, length]) => float(low, low * 2 ** length, { log: true })),
  fc.tuple(bound, fc.constantFrom(1, 7), size).map(([low, step, steps]) => int(low, low + step * steps, { step })),
  fc.tuple(size, fc.constantFrom(1, 63, 1e5)).map(([low, length]) => int(low, low + length, { log: true })),
  fc.constantFrom(2, 3, 30, 1000).map((count) => choice(Array.from({ length: count }, (_, i) => i))),
);
/** What numbers of a distribution are small beside; of logarithmic ones themselves alone. */
const widthOf = (of: Distribution) => (of.kind === "choice" || of.log ? 0 : of.high - of.low);
/** A number of the distribution, or, if so asked, one that an earlier range had. */
function drawn(of: Distribution, rng: Rng, strays: boolean): number {
  const value = drawUniformly(of, rng);
  if (of.kind === "choice" || !strays || rng.next() < 0.7) return value;
  return of.log ? value * 2 ** (20 * rng.next() - 10) : value + (of.high - of.low) * (4 * rng.next() - 2);
}
const problem = fc
  .record({
    space: fc.array(distribution, { minLength: 1, maxLength: 5 }),
    sizes: fc.tuple(fc.oneof(fc.nat(3), fc.nat(40)), fc.oneof(fc.nat(3), fc.nat(40), fc.nat(250))),
    seed: fc.nat(1e6),
    strays: fc.boolean(),
  })
  .map(({ space, sizes, seed, strays }) => {
    const rng = new Rng(seed);
    const [good, other] = sizes.map((n) =>
      Array.from({ length: n }, () => space.map((each) => drawn(each, rng, strays))),
    );
    // Repeated rows are ties in every parameter.
    const tied = other!.map((row, i) => (i % 5 === 4 ? other![i - 1]! : row));
    const uniforms = Array.from({ length: 8 }, () => [0, ...space].map(() => rng.next()));
    return {
      space,
      good: good!,
      other: tied,
      points: uniforms.map(() => space.map((each) => drawUniformly(each, rng))),
      uniforms,
    };
  });

describe("logDensities", () => {
  it.each(golden.cases.map((given) => ({ ...given, names: given.params.join(", ") })))(
    "gives Optuna's log densities of $names after $n observations.",
    ({ n, params, observations, points, log_pdf }) => {
      const rowsOf = (columns: Readonly<Record<string, readonly number[]>>, count: number) =>
        Array.from({ length: count }, (_, i) => params.map((name) => columns[name]![i]!));
      const space = params.map((name) => goldenSpace[name]);
      const ours = densitiesOf(space, rowsOf(observations, n), rowsOf(points, log_pdf.length));
      expect(largestDifference(ours, log_pdf)).toBeLessThan(1e-9);
    },
  );

  it("gives the reference's, for ranges, steps, logarithms and choices, with ties and with observations out of range.", () => {
    fc.assert(
      fc.property(problem, ({ space, other, points }) => {
        const estimator = new reference.ParzenEstimator(space, other);
        const expected = points.map((point) => estimator.logDensity(point));
        expect(largestDifference(densitiesOf(space, other, points), expected)).toBeLessThan(1e-9);
      }),
      { numRuns: 100 },
    );
  });

  it("stays finite where a range is so wide that the masses of steps are lost in rounding.", () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 52 }), fc.nat(30), fc.nat(1e6), (power, n, seed) => {
        const [space, rng] = [[int(-(2 ** power), 2 ** power)], new Rng(seed)];
        const rows = Array.from({ length: n + 3 }, () => [drawUniformly(space[0]!, rng)]);
        const ours = densitiesOf(space, rows.slice(3), rows);
        for (const log of ours) expect(log).toBeLessThan(0);
        expect(ours.every(Number.isFinite)).toBe(true);
      }),
    );
  });
});

describe("propose", () => {
  it("gives the candidate of the reference's largest ratio.", () => {
    fc.assert(
      fc.property(problem, ({ space, good, other, uniforms }) => {
        const ours = proposalOf(space, good, other, uniforms);
        const { candidates, ratios, best } = reference.propose(space, good, other, uniforms);
        const alike = candidates.findIndex((candidate) =>
          candidate.every((value, d) => Math.abs(ours[d]! - value) <= 1e-9 * (Math.abs(value) + widthOf(space[d]!))),
        );
        expect(alike).toBeGreaterThanOrEqual(0);
        // Of ratios that are alike to rounding either may be taken.
        expect(ratios[best]! - ratios[alike]!).toBeLessThan(1e-8 * Math.max(1, Math.abs(ratios[best]!)));
      }),
      { numRuns: 100 },
    );
  });

  it("draws as often as the density of good observations says.", () => {
    const space = [int(1, 8)];
    const good = [[2], [2], [3], [7]];
    const rng = new Rng(1);
    const counts = new Float64Array(9);
    const draws = 1000;
    for (let i = 0; i < draws; i++) counts[proposalOf(space, good, [], [[rng.next(), rng.next()]])[0]!]! += 1;
    const values = Array.from({ length: 8 }, (_, i) => [i + 1]);
    for (const [i, log] of densitiesOf(space, good, values).entries()) {
      const expected = Math.exp(log);
      // Four standard deviations of a count's share.
      expect(Math.abs(counts[i + 1]! / draws - expected)).toBeLessThan(4 * Math.sqrt(expected / draws));
    }
  });

  it("draws values of the distributions.", () => {
    fc.assert(
      fc.property(problem, ({ space, good, other, uniforms }) => {
        const proposed = proposalOf(space, good, other, uniforms);
        for (const [d, each] of space.entries()) expect(contains(each, proposed[d]!)).toBe(true);
      }),
    );
  });
});
