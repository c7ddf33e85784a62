import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BYTE_BINS,
  DESCRIPTOR_BYTES,
  FEATURE as FEATURE_WORD,
  STORES_ALL,
  TILE,
} from "../../src/kernels/bin-columns.js";
import { boosting } from "../../src/kernels/generated/boosting.js";
import {
  BEFORE_ALL,
  BEGIN,
  BEST_FIRST,
  BIN,
  BREADTH_FIRST,
  COUNT,
  count,
  DEFAULT_LEFT,
  DEPTH_FIRST,
  FEATURE,
  GAIN,
  grow,
  HESSIANS,
  isWaiting,
  type Lane,
  LEFT,
  laneBytes,
  NODE_BYTES,
  NODE_NUMBERS,
  NODE_WORDS,
  RIGHT,
  readGrown,
  resume,
  SCRATCH_SLOTS,
  TASK_BYTES,
  UNLIMITED,
  WEIGHT,
  waitingRows,
  writeJob,
  writeTask,
} from "../../src/kernels/grow-boosted.js";
import { DONE, MORE } from "../../src/kernels/kernel.js";
import {
  growBoostedReference,
  type ReferenceColumn,
  type ReferenceNode,
  type ReferenceProblem,
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

/** How a problem is laid out in memory and worked on; nothing of it may be seen in the trees, but how many they are. */
interface Layout {
  readonly memory: KernelMemory;
  /** A tile for each so many features; the tiles are dense and sparse by turns, from here on. */
  readonly featuresOfTile: number;
  readonly dense: "first" | "second" | "all" | "none";
  /** Sparse tiles leave out the most frequent code, or just any. */
  readonly mode: "most" | "any";
  /** u16 codes also where u8 would do; no tile that holds them has entries of one byte. */
  readonly wide: boolean;
  /** Dense tiles have entries of one byte where they can. */
  readonly bytes: boolean;
  /** Into how many slices nodes are cut, where they seem to cost much. */
  readonly slices: number;
  /** Trees of the problem: tasks that so many jobs share, counted from `firstTask` on. */
  readonly trees: number;
  readonly jobs: number;
  readonly firstTask: number;
  /** What a row is said to cost, in what it does cost: calls end the sooner, and smaller nodes are cut. */
  readonly cost: number;
  /** Histograms that nodes may keep. */
  readonly kept: number;
  /** Order in which slices are counted. */
  readonly seed: number;
}

const PLAIN = {
  featuresOfTile: 1000,
  dense: "all",
  mode: "most",
  wide: false,
  bytes: true,
  slices: 1,
  trees: 1,
  jobs: 1,
  firstTask: 0,
  cost: 1,
  kept: 8,
  seed: 1,
} as const;

const bytesOf = (values: Uint16Array | Int8Array) => new Uint8Array(values.buffer);
const codesOf = ({ valueBins, hasMissing }: ReferenceColumn) => valueBins + Number(hasMissing);

/** [0, size), [size, 2 * size), ... up to `end`. */
const ranges = (end: number, size: number) =>
  Array.from({ length: Math.ceil(end / size) }, (_, i) => [i * size, Math.min(end, (i + 1) * size)] as const);

const rowsOf = (p: ReferenceProblem) => p.gradients.length;

function leavesOf(p: ReferenceProblem): number {
  return Math.min(rowsOf(p), p.maxLeaves, 2 ** Math.min(p.maxDepth, 31));
}

/** Writes codes, tiles and their descriptors. */
function placeColumns({ columns, gradients }: ReferenceProblem, layout: Layout) {
  const { memory, featuresOfTile, dense, mode, wide, bytes } = layout;
  const rows = gradients.length;
  const next = stream(layout.seed);
  const features = new Uint32Array((DESCRIPTOR_BYTES / 4) * columns.length);
  const tileRanges = ranges(columns.length, featuresOfTile);
  const tiles = new Uint32Array((DESCRIPTOR_BYTES / 4) * tileRanges.length);
  let bins = 0;
  let stored = 0;
  for (const [t, [begin, end]] of tileRanges.entries()) {
    const isDense = dense === "all" || (dense !== "none" && t % 2 === (dense === "first" ? 0 : 1));
    const tile = tiles.subarray((DESCRIPTOR_BYTES / 4) * t);
    const inBytes = isDense && bytes && !wide && columns.slice(begin, end).every((c) => codesOf(c) <= BYTE_BINS);
    const firstBin = bins;
    for (let f = begin; f < end; f++) {
      const { codes, valueBins, hasMissing } = columns[f]!;
      const count = codesOf(columns[f]!);
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
      bins += inBytes ? BYTE_BINS : count;
    }
    const entries: number[] = [];
    const pointers = [0];
    for (let row = 0; row < rows; row++) {
      for (let f = begin; f < end; f++) {
        const feature = features.subarray((DESCRIPTOR_BYTES / 4) * f);
        const code = columns[f]!.codes[row]!;
        const bin = inBytes ? code : feature[FEATURE_WORD.firstBin]! - firstBin + code;
        if (code !== feature[FEATURE_WORD.mode]) entries.push(bin);
      }
      pointers.push(entries.length);
    }
    tile[TILE.featureBegin] = begin;
    tile[TILE.featureEnd] = end;
    tile[TILE.firstBin] = firstBin;
    tile[TILE.bins] = bins - firstBin;
    tile[TILE.width] = inBytes ? 1 : 2;
    tile[TILE.entries] = memory.put(inBytes ? Uint8Array.from(entries) : bytesOf(Uint16Array.from(entries)));
    stored += entries.length;
    tile[TILE.pointers] = isDense ? 0 : memory.put(Uint32Array.from(pointers));
  }
  return {
    features: memory.put(features),
    tiles: memory.put(tiles),
    nTiles: tileRanges.length,
    totalBins: bins,
    rowEntries: stored / rows,
  };
}

/** What the outputs of a model ask for: trees on the same columns, of other derivatives and other rows drawn. The first is p. */
function treesOf(p: ReferenceProblem, count: number): readonly ReferenceProblem[] {
  const rows = rowsOf(p);
  return Array.from({ length: count }, (_, k) => {
    const turned = (values: readonly number[], by: number) =>
      values.map((_, row) => values[(row + 17 * k) % rows]! * by);
    // By powers of two, so that they stay numbers of f32.
    const derivatives = { gradients: turned(p.gradients, 2 ** -k), hessians: turned(p.hessians, 2 ** k) };
    return { ...p, ...derivatives, seed: BigInt.asUintN(64, p.seed + BigInt(k)) };
  });
}

const largest = (values: readonly number[]) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Trees that are ready to be grown, with guard zones around every block; all that no job may write is frozen. */
function begin(p: ReferenceProblem, layout: Layout) {
  const { memory, firstTask } = layout;
  const rows = rowsOf(p);
  const nFeatures = p.columns.length;
  const { rowEntries, ...placed } = placeColumns(p, layout);
  const { totalBins } = placed;
  const nodes = 2 * leavesOf(p) - 1;
  const slots = SCRATCH_SLOTS + layout.kept;
  const mostBins = Math.max(1, ...p.columns.map(({ valueBins }) => valueBins));
  const size = { rows, nFeatures, totalBins, mostBins, nodes, slots, slices: layout.slices };
  const problem = {
    ...p,
    ...placed,
    nFeatures,
    rows,
    policy: POLICIES[p.policy],
    monotone: p.monotone === null ? 0 : memory.put(bytesOf(Int8Array.from(p.monotone))),
    learningRate: LEARNING_RATE,
    rowEntries: rowEntries * layout.cost,
  };
  const bytes = laneBytes(size);
  const room = (name: keyof Lane) => memory.room(bytes[name]);
  const jobs = Array.from({ length: layout.jobs }, () => {
    const lane: Lane = {
      job: room("job"),
      order: room("order"),
      spare: room("spare"),
      histograms: room("histograms"),
      lists: room("lists"),
    };
    writeJob(memory.buffer, problem, lane, size);
    return { lane, calls: [] as { readonly isMore: boolean; readonly taken: readonly number[] }[] };
  });
  const tasks = memory.room(TASK_BYTES * (firstTask + layout.trees));
  const trees = treesOf(p, layout.trees).map((p, k) => {
    const base = Float32Array.from({ length: rows }, (_, row) => row / 7 + k);
    const tree = {
      p,
      base,
      task: tasks + TASK_BYTES * (firstTask + k),
      pairs: memory.put(Float32Array.from(p.gradients.flatMap((g, row) => [g, p.hessians[row]!]))),
      margins: memory.put(base),
      nodes: memory.room(NODE_BYTES * nodes),
    };
    writeTask(memory.buffer, tree.task, {
      ...tree,
      largestGradient: largest(p.gradients),
      largestHessian: largest(p.hessians),
      seed: [Number(p.seed & 0xffffffffn), Number(p.seed >> 32n)],
    });
    return tree;
  });
  const next = memory.put(Uint32Array.of(firstTask));
  const outputs = [
    ...[tasks, next],
    ...jobs.flatMap(({ lane }) => Object.values(lane)),
    ...trees.flatMap(({ pairs, margins, nodes }) => [pairs, margins, nodes]),
  ];
  return { layout, jobs, tasks, trees, next, outputs };
}
type Begun = ReturnType<typeof begin>;
type Job = Begun["jobs"][number];
type Tree = Begun["trees"][number];

/** Calls the kernel once, or has the slices counted that a job waits for; answers whether the job has more to do. */
function step({ layout, tasks, next }: Begun, { lane, calls }: Job): boolean {
  const { memory, slices, firstTask, trees, seed } = layout;
  if (calls.at(-1)?.isMore === false && isWaiting(memory.buffer, lane)) {
    expect(slices).toBeGreaterThan(1);
    const draw = stream(seed + waitingRows(memory.buffer, lane));
    const turns = Array.from({ length: slices }, (_, slice) => [draw(), slice] as const).sort(([a], [b]) => a - b);
    for (const [, slice] of turns) expect(memory.call(count.name, [lane.job, slice])).toBe(DONE);
    resume(memory.buffer, lane);
    return true;
  }
  const counter = new Uint32Array(memory.buffer, next, 1);
  const from = counter[0]! - firstTask;
  const answer = memory.call(grow.name, [lane.job, tasks, next, firstTask + trees]);
  const to = Math.min(counter[0]! - firstTask, trees);
  calls.push({ isMore: answer === MORE, taken: Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i) });
  if (answer === MORE) return true;
  expect(answer).toBe(DONE);
  return isWaiting(memory.buffer, lane);
}

/** The gradients lie before the hessians. */
const GRADIENTS = HESSIANS - 1;

function expectSame(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  let at = 0;
  while (at < actual.length && actual[at] === expected[at]) at++;
  expect([at, actual[at]]).toEqual([at, expected[at]]);
}

/**
 * Requires the grown tree to be the reference's, and its leaves to have been added to the margins. `order` has the tree's
 * rows if its job has grown no tree since.
 */
function check(memory: KernelMemory, { p, task, base, pairs, margins }: Tree, order: Uint32Array | null): void {
  const expected = growBoostedReference(p);
  const { count, words, numbers, hessianScale } = readGrown(memory.buffer, task);
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
    expect(rows).toBe(node.rows.length);
    const range = order?.slice(from, from + rows);
    if (range !== undefined) expectSame(children === undefined ? range : range.sort(), node.rows);
    expect([number(GRADIENTS), number(HESSIANS), weight + 0]).toEqual([node.g, node.h, node.weight + 0]);
    if (split === undefined || children === undefined) {
      const value = Math.fround(Math.fround(weight) * Math.fround(LEARNING_RATE));
      for (const row of node.rows) sums[row]! += value;
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

/** Grows the trees of some problems in one memory, all jobs by turns, and compares them; answers the calls of each job. */
function growAndCheck(memory: KernelMemory, ...problems: readonly (readonly [ReferenceProblem, Partial<Layout>])[]) {
  memory.reset();
  const begun = problems.map(([p, layout]) => begin(p, { ...PLAIN, ...layout, memory }));
  memory.freezeInputs(begun.flatMap(({ outputs }) => outputs));
  let growing = begun.flatMap((some) => some.jobs.map((job) => [some, job] as const));
  for (let turns = 0; growing.length > 0; turns++) {
    expect(turns).toBeLessThan(10_000);
    growing = growing.filter(([some, job]) => step(some, job));
  }
  memory.checkGuards();
  for (const { jobs, trees } of begun) {
    const taken = jobs.flatMap(({ calls }) => calls.flatMap((call) => call.taken));
    expect(taken.sort((a, b) => a - b)).toEqual([...trees.keys()]);
    for (const [k, tree] of trees.entries()) {
      const job = jobs.find(({ calls }) => calls.findLast((call) => call.taken.length > 0)?.taken.at(-1) === k);
      check(memory, tree, job === undefined ? null : new Uint32Array(memory.buffer, job.lane.order, rowsOf(tree.p)));
    }
  }
  return begun.flatMap(({ jobs }) => jobs.map(({ calls }) => calls));
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
  cols: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 7 }) },
    { weight: 1, arbitrary: fc.integer({ min: 9, max: 13 }) },
  ),
  bins: fc.constantFrom(2, 5, 12, 40, 256, 300),
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
  featuresOfTile: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(9, 1000)),
  dense: fc.constantFrom("first", "second", "all", "none"),
  mode: fc.constantFrom("most", "any"),
  wide: fc.boolean(),
  bytes: fc.boolean(),
  slices: fc.constantFrom(1, 1, 2, 3, 7),
  trees: fc.constantFrom(1, 1, 2, 4),
  jobs: fc.constantFrom(1, 1, 2, 3),
  firstTask: fc.constantFrom(0, 3),
  cost: fc.constantFrom(1, 1e4, 1e7),
  kept: fc.constantFrom(1, 1, 2, 3, 8, 40),
  seed: fc.nat(),
});

const SMALL: Kind = { rows: 60, cols: 6, bins: 20, missing: 0.5, derivatives: "many", magnitudes: [1, 1], seed: 20 };

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
      { numRuns: 250 },
    );
  });

  it.each<[string, ReferenceProblem]>([
    ["depth first", deep({}, { maxDepth: 8 })],
    ["breadth first", deep({ bins: 200, missing: 0 }, { policy: "first", maxLeaves: 100 })],
    ["best first", deep({ derivatives: "few" }, { policy: "best", maxDepth: UNLIMITED, maxLeaves: 200 })],
    ["with monotone constraints", deep({ cols: 6 }, { constrained: true, maxDepth: 10, regLambda: 0.1 })],
  ])("grows the reference's tree of many rows, bins and nodes: %s", (_, p) => {
    for (const [i, kept] of [1, 4, 300].entries()) {
      const layout = { featuresOfTile: 2, dense: "second", slices: i + 1, cost: 1000, kept } as const;
      growAndCheck(memories[i % 2]!, [p, layout]);
    }
  });

  it("grows the reference's tree of many rows on tiles of bytes, piece by piece, up to the last of 256 codes", () => {
    const p = deep({ cols: 21, bins: 250 }, { maxDepth: 5 });
    const full = (valueBins: number) => ({
      codes: Array.from({ length: 2500 }, (_, row) => (row * 7919) % 256),
      valueBins,
      hasMissing: valueBins < 256,
    });
    const columns = p.columns.map((column, f) => (f === 10 ? full(255) : f === 20 ? full(256) : column));
    for (const [i, featuresOfTile] of [1000, 11, 9].entries()) {
      const layout = { featuresOfTile, slices: i + 1, cost: 200, kept: i + 1 };
      growAndCheck(memories[i % 2]!, [{ ...p, columns }, layout]);
    }
  });

  it.each([
    ["bytes", 16, 1],
    ["words", 300, 2],
  ] as const)("grows the reference's tree on more %s of entries than a cache holds", (_, bins, width) => {
    const [rows, cols] = [4300, 1000 / width];
    expect(rows * cols * width).toBeGreaterThan(4 * 1024 * 1024);
    const p = deep({ rows, cols, bins }, { maxDepth: 2 });
    expect(Math.max(...p.columns.map(codesOf)) <= BYTE_BINS).toBe(width === 1);
    const [calls] = growAndCheck(memories[width - 1]!, [p, { slices: 3, kept: 1 }]);
    // So large a root is cut.
    expect(calls!.length).toBeGreaterThan(1);
  });

  it("keeps trees apart that it grows by turns", () => {
    fc.assert(
      fc.property(memory, problems, layouts, plainProblems, layouts, (at, p, ofP, q, ofQ) => {
        growAndCheck(at, [p, ofP], [q, ofQ]);
      }),
      { numRuns: 100 },
    );
  });

  it("grows tree after tree in one call, as long as there are tasks", () => {
    const p = makeProblem({ ...SMALL, seed: 21 });
    for (const memory of memories) {
      const [calls] = growAndCheck(memory, [p, { trees: 5, featuresOfTile: 3, dense: "first" }]);
      expect(calls).toEqual([{ isMore: false, taken: [0, 1, 2, 3, 4] }]);
    }
  });

  it("does nothing where no task is left", () => {
    const [calls] = growAndCheck(memories[0]!, [makeProblem(SMALL), { trees: 0 }]);
    expect(calls).toEqual([{ isMore: false, taken: [] }]);
  });

  it.each([1, 3])("shares tasks among jobs that are called by turns, nodes cut into %i", (slices) => {
    const layout = { trees: 20, jobs: 2, firstTask: 1, slices, cost: 4000 } as const;
    const [first, second] = growAndCheck(memories[0]!, [makeProblem({ ...SMALL, seed: 22 }), layout]);
    for (const calls of [first!, second!]) {
      expect(calls.flatMap(({ taken }) => taken).length).toBeGreaterThan(4);
      if (slices === 1) expect(Math.max(...calls.map(({ taken }) => taken.length))).toBeGreaterThan(1);
      expect(calls.length).toBeGreaterThan(2);
    }
  });

  it("answers after a slice of work that there is more, and goes on when it is called again", () => {
    const p = deep({ rows: 40_000, bins: 16 }, { maxDepth: 12, regLambda: 0 });
    const [calls] = growAndCheck(memories[0]!, [p, { featuresOfTile: 2, cost: 16 }]);
    expect(calls!.filter(({ isMore }) => isMore).length).toBeGreaterThan(0);
  });
});
