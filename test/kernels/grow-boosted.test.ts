import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DESCRIPTOR_BYTES, FEATURE as FEATURE_WORD, STORES_ALL, TILE } from "../../src/kernels/bin-columns.js";
import { boosting } from "../../src/kernels/generated/boosting.js";
import {
  BEFORE_ALL,
  BEGIN,
  BEST_FIRST,
  BIN,
  BREADTH_FIRST,
  COUNT,
  DEFAULT_LEFT,
  DEPTH_FIRST,
  evaluate,
  FEATURE,
  GAIN,
  grow,
  HESSIANS,
  isWaiting,
  type Lane,
  LEFT,
  laneBytes,
  NODE_NUMBERS,
  NODE_WORDS,
  type Part,
  RIGHT,
  readGrown,
  resume,
  SCRATCH_SLOTS,
  UNLIMITED,
  WEIGHT,
  waitingRows,
  writeJob,
} from "../../src/kernels/grow-boosted.js";
import { DONE, MORE } from "../../src/kernels/kernel.js";
import {
  growBoostedReference,
  type ReferenceColumn,
  type ReferenceNode,
  type ReferenceProblem,
  type ReferenceTree,
} from "./reference/grow-boosted.js";
import { KernelMemory } from "./reference/kernel-memory.js";

const memories = [new KernelMemory(true, boosting), new KernelMemory(false, boosting)];
const POLICIES = { any: DEPTH_FIRST, first: BREADTH_FIRST, best: BEST_FIRST } as const;
const LEARNING_RATE = 0.3;

/** A small generator of numbers, so that problems shrink to their seed. */
function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** How a problem is laid out in memory and worked on; nothing of it may be seen in the tree. */
interface Layout {
  readonly memory: KernelMemory;
  /** A tile for each so many features; the tiles are dense and sparse by turns, from here on. */
  readonly featuresOfTile: number;
  readonly dense: "first" | "second" | "all" | "none";
  /** Sparse tiles leave out the most frequent code, or just any. */
  readonly mode: "most" | "any";
  /** u16 codes also where u8 would do. */
  readonly wide: boolean;
  /** Features of a part, where its border may be put there. */
  readonly featuresOfPart: number;
  readonly inline: boolean;
  /** Whether the kernel adds the tree to the margins. */
  readonly adds: boolean;
  /** Histograms that nodes may keep. */
  readonly kept: number;
  /** Order in which parts are evaluated. */
  readonly seed: number;
}

const PLAIN = {
  featuresOfTile: 1000,
  dense: "all",
  mode: "most",
  wide: false,
  featuresOfPart: 1000,
  inline: true,
  adds: true,
  kept: 8,
  seed: 1,
} as const;

const bytesOf = (values: Uint16Array | Int8Array) => new Uint8Array(values.buffer);

/** [0, size), [size, 2 * size), ... up to `end`. */
const ranges = (end: number, size: number) =>
  Array.from({ length: Math.ceil(end / size) }, (_, i) => [i * size, Math.min(end, (i + 1) * size)] as const);

const rowsOf = (p: ReferenceProblem) => p.gradients.length;

function leavesOf(p: ReferenceProblem): number {
  return Math.min(rowsOf(p), p.maxLeaves, 2 ** Math.min(p.maxDepth, 31));
}

/** Writes codes, tiles and their descriptors. */
function placeColumns({ columns, gradients }: ReferenceProblem, layout: Layout) {
  const { memory, featuresOfTile, dense, mode, wide } = layout;
  const rows = gradients.length;
  const next = stream(layout.seed);
  const features = new Uint32Array((DESCRIPTOR_BYTES / 4) * columns.length);
  const tileRanges = ranges(columns.length, featuresOfTile);
  const tiles = new Uint32Array((DESCRIPTOR_BYTES / 4) * tileRanges.length);
  let bins = 0;
  for (const [t, [begin, end]] of tileRanges.entries()) {
    const isDense = dense === "all" || (dense !== "none" && t % 2 === (dense === "first" ? 0 : 1));
    const tile = tiles.subarray((DESCRIPTOR_BYTES / 4) * t);
    const firstBin = bins;
    for (let f = begin; f < end; f++) {
      const { codes, valueBins, hasMissing } = columns[f]!;
      const count = valueBins + Number(hasMissing);
      const width = wide || count > 256 ? 2 : 1;
      const often = new Uint32Array(count);
      for (const code of codes) often[code]!++;
      const most = often.indexOf(often.reduce((a, b) => Math.max(a, b)));
      const feature = features.subarray((DESCRIPTOR_BYTES / 4) * f);
      feature[FEATURE_WORD.codes] = memory.put(width === 1 ? Uint8Array.from(codes) : bytesOf(Uint16Array.from(codes)));
      feature[FEATURE_WORD.width] = width;
      feature[FEATURE_WORD.valueBins] = valueBins;
      feature[FEATURE_WORD.hasMissing] = Number(hasMissing);
      feature[FEATURE_WORD.firstBin] = bins;
      feature[FEATURE_WORD.mode] = isDense ? STORES_ALL : mode === "most" ? most : Math.floor(next() * count);
      bins += count;
    }
    const entries: number[] = [];
    const pointers = [0];
    for (let row = 0; row < rows; row++) {
      for (let f = begin; f < end; f++) {
        const feature = features.subarray((DESCRIPTOR_BYTES / 4) * f);
        const code = columns[f]!.codes[row]!;
        if (code !== feature[FEATURE_WORD.mode]) entries.push(feature[FEATURE_WORD.firstBin]! - firstBin + code);
      }
      pointers.push(entries.length);
    }
    tile[TILE.featureBegin] = begin;
    tile[TILE.featureEnd] = end;
    tile[TILE.firstBin] = firstBin;
    tile[TILE.bins] = bins - firstBin;
    tile[TILE.entries] = memory.put(bytesOf(Uint16Array.from(entries)));
    tile[TILE.pointers] = isDense ? 0 : memory.put(Uint32Array.from(pointers));
  }
  const isBorder = (f: number) =>
    tileRanges.every(([begin, end], t) => f <= begin || f >= end || tiles[8 * t + TILE.pointers] === 0);
  const borders = ranges(columns.length, layout.featuresOfPart)
    .map(([begin]) => begin)
    .filter((f) => f > 0 && isBorder(f));
  const parts = [0, ...borders].map((begin, i): Part => {
    const end = borders[i] ?? columns.length;
    const first = tileRanges.findIndex((tile) => begin < tile[1]);
    const last = tileRanges.findIndex((tile) => end <= tile[1]);
    return { tiles: [first, last + 1], features: [begin, end] };
  });
  return { features: memory.put(features), tiles: memory.put(tiles), totalBins: bins, parts };
}

/** A tree that is ready to be grown, with guard zones around every block; all that a job may not write is frozen. */
function begin(p: ReferenceProblem, layout: Layout) {
  const { memory } = layout;
  const rows = rowsOf(p);
  const nFeatures = p.columns.length;
  const { features, tiles, totalBins, parts } = placeColumns(p, layout);
  const leaves = leavesOf(p);
  const slots = SCRATCH_SLOTS + layout.kept;
  const mostBins = Math.max(1, ...p.columns.map(({ valueBins }) => valueBins));
  const size = { rows, nFeatures, totalBins, mostBins, nodes: 2 * leaves - 1, slots, parts: parts.length };
  const bytes = laneBytes(size);
  const room = (name: keyof Lane) => memory.room(bytes[name]);
  const lane: Lane = {
    job: room("job"),
    nodes: room("nodes"),
    order: room("order"),
    spare: room("spare"),
    histograms: room("histograms"),
    lists: room("lists"),
  };
  const base = Float32Array.from({ length: rows }, (_, row) => row / 7);
  const pairs = memory.put(Float32Array.from(p.gradients.flatMap((g, row) => [g, p.hessians[row]!])));
  const margins = memory.put(base);
  const problem = {
    ...p,
    features,
    nFeatures,
    tiles,
    rows,
    totalBins,
    policy: POLICIES[p.policy],
    monotone: p.monotone === null ? 0 : memory.put(bytesOf(Int8Array.from(p.monotone))),
    learningRate: LEARNING_RATE,
  };
  const largest = (values: readonly number[]) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const tree = {
    pairs,
    margins: layout.adds ? margins : 0,
    largestGradient: largest(p.gradients),
    largestHessian: largest(p.hessians),
    seed: [Number(p.seed & 0xffffffffn), Number(p.seed >> 32n)] as const,
  };
  writeJob(memory.buffer, problem, tree, lane, size, parts, layout.inline);
  const outputs = [...Object.values(lane), pairs, margins];
  return { p, layout, lane, parts, base, pairs, margins, outputs, calls: { more: 0 } };
}
type Begun = ReturnType<typeof begin>;

/** Calls the kernel once; answers whether the tree is not yet grown. A job that waits has its parts evaluated. */
function step({ layout: { memory, inline, seed }, lane, parts, calls }: Begun): boolean {
  const answer = memory.call(grow.name, [lane.job]);
  if (answer === MORE) {
    calls.more++;
    return true;
  }
  expect(answer).toBe(DONE);
  if (!isWaiting(memory.buffer, lane)) return false;
  expect(inline).toBe(false);
  const rows = waitingRows(memory.buffer, lane);
  const next = stream(seed + rows);
  const turns = parts.map((_, part) => [next(), part] as const).sort(([a], [b]) => a - b);
  for (const [, part] of turns) expect(memory.call(evaluate.name, [lane.job, part])).toBe(DONE);
  resume(memory.buffer, lane);
  return true;
}

/** The gradients lie before the hessians. */
const GRADIENTS = HESSIANS - 1;

function expectSame(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  let at = 0;
  while (at < actual.length && actual[at] === expected[at]) at++;
  expect([at, actual[at]]).toEqual([at, expected[at]]);
}

/** Requires the grown tree to be the reference's, and its leaves to have been added to the margins. */
function check({ p, layout: { memory, adds }, lane, base, pairs, margins }: Begun, expected: ReferenceTree): void {
  const { count, words, numbers, hessianScale } = readGrown(memory.buffer, lane);
  const order = new Uint32Array(memory.buffer, lane.order, rowsOf(p));
  const sums = base.slice();
  let seen = 0;
  const compare = (id: number, node: ReferenceNode): void => {
    seen++;
    const field = (at: number) => words[id * NODE_WORDS + at]!;
    const number = (at: number) => numbers[id * NODE_NUMBERS + at]!;
    const [from, rows] = [field(BEGIN), field(COUNT)];
    const weight = number(WEIGHT);
    const { split, children } = node;
    expect(field(LEFT) !== 0).toBe(children !== undefined);
    const range = order.slice(from, from + rows);
    expectSame(children === undefined ? range : range.sort(), node.rows);
    expect([number(GRADIENTS), number(HESSIANS), weight + 0]).toEqual([node.g, node.h, node.weight + 0]);
    if (split === undefined || children === undefined) {
      const value = Math.fround(Math.fround(weight) * Math.fround(LEARNING_RATE));
      if (adds) for (const row of node.rows) sums[row]! += value;
      return;
    }
    const { feature, bin, defaultLeft, gain } = split;
    const found = [field(FEATURE), field(BIN), field(DEFAULT_LEFT), number(GAIN)];
    expect(found).toEqual([feature, bin < 0 ? BEFORE_ALL : bin, Number(defaultLeft), gain]);
    compare(field(LEFT), children[0]);
    compare(field(RIGHT), children[1]);
  };
  compare(0, expected.root);
  expect(count).toBe(seen);
  expect(hessianScale).toBe(expected.hessianScale);
  const steps = expected.steps.flatMap(({ g, h }) => [g, h]);
  expectSame(new Int32Array(memory.buffer, pairs, 2 * rowsOf(p)), steps);
  expectSame(new Float32Array(memory.buffer, margins, rowsOf(p)), sums);
}

/** Grows trees in one memory, by turns, and compares them; answers how often the kernel had more to do. */
function growAndCheck(memory: KernelMemory, ...trees: readonly (readonly [ReferenceProblem, Partial<Layout>])[]) {
  memory.reset();
  const begun = trees.map(([p, layout]) => begin(p, { ...PLAIN, ...layout, memory }));
  memory.freezeInputs(begun.flatMap(({ outputs }) => outputs));
  let growing = begun;
  for (let calls = 0; growing.length > 0; calls++) {
    expect(calls).toBeLessThan(10_000);
    growing = growing.filter(step);
  }
  memory.checkGuards();
  for (const tree of begun) check(tree, growBoostedReference(tree.p));
  return begun.map(({ calls }) => calls.more);
}

interface Kind {
  readonly rows: number;
  readonly cols: number;
  /** Bins of a column at most. */
  readonly bins: number;
  readonly missing: number;
  readonly derivatives: "few" | "many" | "some zero" | "all zero";
  /** Of gradients and hessians. */
  readonly magnitudes: readonly [g: number, h: number];
  readonly seed: number;
}

type Rules = Omit<ReferenceProblem, "columns" | "gradients" | "hessians" | "monotone" | "featuresDrawn"> & {
  readonly constrained: boolean;
  readonly shares: readonly [tree: number, depth: number, node: number];
};

const DEFAULTS: Rules = {
  policy: "any",
  maxDepth: 6,
  maxLeaves: UNLIMITED,
  regLambda: 1,
  regAlpha: 0,
  gamma: 0,
  minChildWeight: 1,
  maxDeltaStep: 0,
  subsample: 1,
  seed: 7n,
  constrained: false,
  shares: [1, 1, 1],
};

function makeColumn({ rows, bins, missing }: Kind, next: () => number): ReferenceColumn {
  const kind = next();
  if (kind < 0.06) return { codes: new Array<number>(rows).fill(0), valueBins: 0, hasMissing: true };
  const valueBins = kind < 0.15 ? 1 : 2 + Math.floor(next() * (bins - 1));
  const skew = next() < 0.5 ? 1 : 4;
  const hasMissing = next() < missing;
  const code = () =>
    hasMissing && next() < 0.3 ? valueBins : Math.min(valueBins - 1, Math.floor(next() ** skew * valueBins));
  return { codes: Array.from({ length: rows }, code), valueBins, hasMissing };
}

function makeProblem(kind: Kind, { constrained, shares, ...rules }: Rules = DEFAULTS): ReferenceProblem {
  const { rows, cols, derivatives, magnitudes, seed } = kind;
  const next = stream(seed);
  const columns = Array.from({ length: cols }, () => makeColumn(kind, next));
  // A column twice: of equal splits that of the first must be kept.
  if (next() < 0.3) columns[cols - 1] = columns[0]!;
  const pair = (row: number): readonly [number, number] => {
    const signal = ((columns[0]!.codes[row]! + row) % 3) - 1;
    if (derivatives === "few") return [next() < 0.5 + signal / 4 ? 0.5 : -0.5, 0.25];
    const isZero = derivatives === "all zero" || (derivatives === "some zero" && next() < 0.4);
    return [(signal + next() - 0.5) * magnitudes[0], isZero ? 0 : next() * magnitudes[1]];
  };
  const pairs = Array.from({ length: rows }, (_, row) => pair(row));
  const drawn = (share: number, of: number) => Math.max(1, Math.floor(share * of));
  const ofTree = drawn(shares[0], cols);
  const ofDepth = drawn(shares[1], ofTree);
  return {
    ...rules,
    columns,
    gradients: pairs.map(([g]) => Math.fround(g)),
    hessians: pairs.map(([, h]) => Math.fround(h)),
    monotone: constrained ? Array.from({ length: cols }, () => Math.floor(next() * 3) - 1) : null,
    featuresDrawn: [ofTree, ofDepth, drawn(shares[2], ofDepth)],
  };
}

const kinds: fc.Arbitrary<Kind> = fc.record({
  rows: fc.oneof({ weight: 1, arbitrary: fc.constant(1) }, { weight: 20, arbitrary: fc.integer({ min: 2, max: 150 }) }),
  cols: fc.integer({ min: 1, max: 7 }),
  bins: fc.constantFrom(2, 5, 12, 40, 300),
  missing: fc.constantFrom(0, 0.5, 1),
  derivatives: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom("few", "many", "some zero") },
    { weight: 1, arbitrary: fc.constant("all zero") },
  ),
  magnitudes: fc.constantFrom([1, 1], [1, 1], [1, 1], [50, 50], [1e30, 1e30], [1, 1e-16]),
  seed: fc.nat(),
});
const share = fc.constantFrom(1, 1, 0.6, 0.3);
const rules: fc.Arbitrary<Rules> = fc
  .record({
    policy: fc.constantFrom("any", "first", "best"),
    maxDepth: fc.constantFrom(6, 6, 6, 3, 1, UNLIMITED, UNLIMITED, 0),
    maxLeaves: fc.constantFrom(UNLIMITED, 1, 2, 3, 6, 6),
    regLambda: fc.constantFrom(1, 1, 0, 0.3),
    regAlpha: fc.constantFrom(0, 0, 0.4),
    gamma: fc.constantFrom(0, 0, 0.3),
    minChildWeight: fc.constantFrom(0, 0, 0.3, 2),
    maxDeltaStep: fc.constantFrom(0, 0, 0.2),
    subsample: fc.constantFrom(1, 1, 0.6),
    seed: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    constrained: fc.boolean(),
    shares: fc.tuple(share, share, share),
  })
  // Depth first, limited leaves would be whichever come first.
  .map((rules) => ({ ...rules, maxLeaves: rules.policy === "any" ? UNLIMITED : rules.maxLeaves }));
const problems = fc.tuple(kinds, rules).map(([kind, rules]) => makeProblem(kind, rules));
const plainProblems = kinds.map((kind) => makeProblem(kind));
const layouts: fc.Arbitrary<Omit<Layout, "memory">> = fc.record({
  featuresOfTile: fc.integer({ min: 1, max: 4 }),
  dense: fc.constantFrom("first", "second", "all", "none"),
  mode: fc.constantFrom("most", "any"),
  wide: fc.boolean(),
  featuresOfPart: fc.integer({ min: 1, max: 5 }),
  inline: fc.boolean(),
  adds: fc.boolean(),
  kept: fc.constantFrom(1, 1, 2, 3, 8, 40),
  seed: fc.nat(),
});

/** Children may be as small as they like: trees of many nodes. */
const deep = (patch: Partial<Kind>, rules: Partial<Rules> = {}) =>
  makeProblem(
    { rows: 2500, cols: 4, bins: 700, missing: 0.7, derivatives: "many", magnitudes: [1, 1], seed: 3, ...patch },
    { ...DEFAULTS, minChildWeight: 0, ...rules },
  );

describe("grow", () => {
  const memory = fc.constantFrom(...memories);

  it.each([
    ["by the sums alone", plainProblems],
    ["under all rules", problems],
  ])("grows the reference's tree %s, however it is laid out", (_, arbitrary) => {
    fc.assert(
      fc.property(memory, arbitrary, layouts, (at, p, layout) => {
        growAndCheck(at, [p, layout]);
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, ReferenceProblem]>([
    ["depth first", deep({}, { maxDepth: 8 })],
    ["breadth first", deep({ bins: 200, missing: 0 }, { policy: "first", maxLeaves: 100 })],
    ["best first", deep({ derivatives: "few" }, { policy: "best", maxDepth: UNLIMITED, maxLeaves: 200 })],
    ["with monotone constraints", deep({ cols: 6 }, { constrained: true, maxDepth: 10, regLambda: 0.1 })],
  ])("grows the reference's tree of many rows, bins and nodes: %s", (_, p) => {
    for (const [i, kept] of [1, 4, 300].entries()) {
      const layout = { featuresOfTile: 2, dense: "second", featuresOfPart: 1, inline: i === 1, kept } as const;
      growAndCheck(memories[i % 2]!, [p, layout]);
    }
  });

  it("keeps trees apart that it grows by turns", () => {
    fc.assert(
      fc.property(memory, problems, layouts, plainProblems, layouts, (at, p, ofP, q, ofQ) => {
        growAndCheck(at, [p, ofP], [q, ofQ]);
      }),
      { numRuns: 100 },
    );
  });

  it("answers after a slice of work that there is more, and goes on when it is called again", () => {
    const p = deep({ rows: 130_000, bins: 16 }, { maxDepth: 12, regLambda: 0 });
    const [more] = growAndCheck(memories[0]!, [p, { featuresOfTile: 2, featuresOfPart: 2 }]);
    expect(more).toBeGreaterThan(0);
  });
});
