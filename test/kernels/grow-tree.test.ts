import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tree } from "../../src/kernels/generated/tree.js";
import {
  BALANCED,
  BEST,
  COLUMN_BYTES,
  ENTROPY,
  GINI,
  type GrownTree,
  type GrowTreeProblem,
  growTreeArgs,
  growTreeLayout,
  RANDOM,
  REFUSED,
  readGrownTree,
  SQUARED_ERROR,
  UNLIMITED,
} from "../../src/kernels/grow-tree.js";
import { DONE, MORE } from "../../src/kernels/kernel.js";
import { entropyUnits, growTreeReference, log2Reference, type ReferenceProblem } from "./reference/grow-tree.js";
import { KernelMemory } from "./reference/kernel-memory.js";

const memories = { shared: new KernelMemory(true), private: new KernelMemory(false) };
const CRITERIA = { gini: GINI, entropy: ENTROPY, squaredError: SQUARED_ERROR } as const;

interface Run {
  readonly memory?: KernelMemory;
  readonly budget?: number;
  /** Bytes a code of each column; 1 needs at most 256 values. */
  readonly widths?: readonly (1 | 4)[];
  /** Codes of values that no row has, in between. */
  readonly spread?: number;
  /** The codes, row-major. */
  readonly rowMajor?: Uint8Array;
  readonly base?: "first" | "last" | "most" | "none";
}

/** Grows the tree with the kernel, guard zones around every buffer. */
function grow(p: ReferenceProblem, run: Run = {}): GrownTree {
  const memory = run.memory ?? memories.shared;
  memory.reset();
  const { step, read } = begin(p, run, memory);
  let answer = step();
  for (let calls = 0; answer === MORE && calls < 1e6; calls++) answer = step();
  expect(answer).toBe(DONE);
  memory.checkGuards();
  return read();
}

/** A tree ready to be grown, call by call. */
function begin(p: ReferenceProblem, run: Run, memory: KernelMemory) {
  const { spread = 1, base = "most" } = run;
  const descriptors: number[] = [];
  p.columns.forEach((column, f) => {
    const values = [...new Set(column.map((v) => v + 0))].sort((a, b) => a - b);
    const codes = column.map((v) => values.indexOf(v + 0) * spread);
    // A random split searches the table, so there the codes in between need values too.
    const valueAt = (code: number) =>
      p.random || code % spread === 0 ? values[Math.floor(code / spread)]! : Number.NaN;
    const table = Float64Array.from({ length: values.length * spread }, (_, code) => valueAt(code));
    const width = table.length <= 256 ? (run.widths?.[f] ?? 1) : 4;
    const often = (c: number) => codes.filter((o) => o === c).length;
    const most = codes.reduce((a, b) => (often(b) > often(a) ? b : a), 0);
    const chosen = { first: 0, last: (values.length - 1) * spread, most, none: 0xffffffff }[base];
    const at = width === 1 ? memory.put(Uint8Array.from(codes)) : memory.put(Uint32Array.from(codes));
    descriptors.push(at, memory.put(table), width === 1 ? table.length : Math.max(257, table.length), chosen);
  });
  const draws = p.draws;
  const table = memory.room(8 * (Math.max(draws, p.rows.length) + 1));
  memory.call("entropyTable", [table, Math.max(draws, p.rows.length)]);
  const problem: GrowTreeProblem = {
    columns: memory.put(Uint32Array.from(descriptors)),
    nFeatures: p.columns.length,
    rows: memory.put(Uint32Array.from(p.rows)),
    n: p.rows.length,
    targets: memory.put(p.nClasses > 0 ? Uint32Array.from(p.targets) : Float64Array.from(p.targets)),
    nClasses: p.nClasses,
    weights: p.weights ? memory.put(Float64Array.from(p.weights)) : 0,
    classWeights:
      p.classWeights === "balanced" ? BALANCED : p.classWeights ? memory.put(Float64Array.from(p.classWeights)) : 0,
    draws,
    seedLo: Number(p.seed & 0xffffffffn),
    seedHi: Number(p.seed >> 32n),
    criterion: CRITERIA[p.criterion],
    entropyTable: table,
    maxDepth: Math.min(p.maxDepth, UNLIMITED),
    minSamplesSplit: p.minSamplesSplit,
    minSamplesLeaf: p.minSamplesLeaf,
    maxFeatures: p.maxFeatures,
    data: run.rowMajor ? memory.put(Uint8Array.from(run.rowMajor)) : 0,
    splitter: p.random ? RANDOM : BEST,
  };
  expect(descriptors.length * 4).toBe(COLUMN_BYTES * problem.nFeatures);
  const layout = growTreeLayout(problem);
  const scratch = memory.room(layout.scratchBytes);
  const out = memory.room(layout.outBytes);
  memory.zero(scratch, 4);
  memory.freezeInputs([scratch, out]);
  const args = growTreeArgs(problem, scratch, out, run.budget ?? 1e12);
  return {
    step: () => memory.call("growTree", args),
    read: () => readGrownTree(memory.buffer, out, problem),
  };
}

const plain = (tree: GrownTree) =>
  Object.fromEntries(Object.entries(tree).map(([key, values]) => [key, [...(values as Float64Array)]]));

interface Shape {
  readonly kinds: readonly ("classes" | "weighted" | "regression")[];
}

/** Random problems: ties, constants, dominant values, duplicated rows, all kinds of weights. */
function problems({ kinds }: Shape): fc.Arbitrary<ReferenceProblem> {
  return fc
    .record({
      kind: fc.constantFrom(...kinds),
      parents: fc.integer({ min: 1, max: 90 }),
      nFeatures: fc.integer({ min: 1, max: 8 }),
      nClasses: fc.integer({ min: 1, max: 40 }),
      entropy: fc.boolean(),
      seed: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      bootstrap: fc.boolean(),
      weighted: fc.boolean(),
      balanced: fc.boolean(),
      maxDepth: fc.constantFrom(UNLIMITED, UNLIMITED, 0, 1, 3),
      minSamplesSplit: fc.constantFrom(2, 2, 5, 12),
      minSamplesLeaf: fc.constantFrom(1, 1, 2, 7),
      few: fc.constantFrom(2, 3, 12, 1000),
    })
    .chain((q) => {
      const value = fc.constantFrom(
        ...Array.from({ length: q.few }, (_, i) => (i % 3 === 0 ? i : i % 3 === 1 ? -i / 7 : i * 1e10)),
      );
      const cell =
        q.few > 2 ? fc.oneof({ weight: 2, arbitrary: value }, { weight: 1, arbitrary: fc.constant(3) }) : value;
      const exactly = (n: number) => ({ minLength: n, maxLength: n });
      const column = fc.oneof(
        { weight: 5, arbitrary: fc.array(cell, exactly(q.parents)) },
        { weight: 1, arbitrary: fc.constant(new Array<number>(q.parents).fill(4)) },
      );
      const weight = fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 9, noNaN: true }));
      const target =
        q.kind === "regression"
          ? fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1e3, max: 1e3, noNaN: true }))
          : fc.integer({ min: 0, max: q.nClasses - 1 });
      return fc.record({
        columns: fc.array(column, exactly(q.nFeatures)),
        rows: fc.subarray(
          Array.from({ length: q.parents }, (_, i) => i),
          { minLength: 1 },
        ),
        shuffle: fc.boolean(),
        targets: fc.array(target, exactly(q.parents)),
        weights: fc.array(weight, exactly(q.parents)),
        classWeights: fc.array(fc.double({ min: 0.1, max: 5, noNaN: true }), exactly(q.nClasses)),
        maxFeatures: fc.integer({ min: 1, max: q.nFeatures }),
        random: fc.boolean(),
        q: fc.constant(q),
      });
    })
    .map(({ q, rows, shuffle, ...p }) => {
      const n = rows.length;
      const weights = p.weights.slice(0, n);
      weights[0] = 1;
      const draws = q.bootstrap ? Math.max(1, Math.round(n * (q.balanced ? 0.6 : 1))) : 0;
      const classes = q.kind !== "regression";
      const useWeights = q.kind === "classes" ? q.weighted && draws > 0 : q.weighted;
      const useClassWeights = q.kind === "weighted";
      return {
        columns: p.columns,
        rows: shuffle ? [...rows].reverse() : rows,
        targets: p.targets,
        nClasses: classes ? q.nClasses : 0,
        weights: useWeights ? weights : undefined,
        classWeights: useClassWeights ? (q.balanced ? ("balanced" as const) : p.classWeights) : undefined,
        draws,
        seed: q.seed,
        criterion: classes ? (q.entropy ? ("entropy" as const) : ("gini" as const)) : ("squaredError" as const),
        maxDepth: q.maxDepth,
        minSamplesSplit: q.minSamplesSplit,
        minSamplesLeaf: q.minSamplesLeaf,
        maxFeatures: p.maxFeatures,
        random: p.random,
      };
    });
}
const ALL = ["classes", "weighted", "regression"] as const;

/** A larger problem than fast-check would make, with the paths for large nodes: n rows, columns of `distinct` values. */
function large(
  n: number,
  distinct: readonly number[],
  nClasses: number,
  patch: Partial<ReferenceProblem> = {},
): ReferenceProblem {
  let state = 12345;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const columns = distinct.map((d, f) =>
    Array.from({ length: n }, () => {
      const v = Math.floor(random() ** (f % 3 === 0 ? 4 : 1) * d);
      return f % 2 === 0 ? v / 8 : v * v;
    }),
  );
  const targets = Array.from({ length: n }, (_, i) => {
    const signal = columns[0]![i]! > columns[0]![0]! ? 1 : 0;
    return nClasses > 0 ? Math.floor((random() * nClasses + signal) % nClasses) : random() + signal;
  });
  return {
    columns, targets, nClasses, rows: targets.map((_, i) => i), draws: n, seed: 77n,
    criterion: nClasses > 0 ? "entropy" : "squaredError", maxDepth: UNLIMITED, minSamplesSplit: 2, minSamplesLeaf: 1,
    maxFeatures: 2, ...patch,
  }; // biome-ignore format: one list
}

/** Bytes enough for growTree to copy small nodes together: 19 MB. */
function wideBytes() {
  const [n, nFeatures] = [4096 + 512, 4096 + 5];
  const columns = Array.from({ length: nFeatures }, (_, f) => {
    let state = f * 2654435761 + 1;
    return Uint8Array.from({ length: n }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return f % 5 === 4 ? state >>> 24 : Math.max(0, (state >>> 24) - 200);
    });
  });
  const data = new Uint8Array(n * nFeatures);
  for (const [f, column] of columns.entries()) for (let i = 0; i < n; i++) data[i * nFeatures + f] = column[i]!;
  return { n, nFeatures, columns, data };
}

describe("growTree", () => {
  const wide = wideBytes();

  it.each(ALL)("equals the reference bit for bit on random problems: %s", (kind) => {
    fc.assert(
      fc.property(
        problems({ kinds: [kind] }),
        fc.array(fc.constantFrom<1 | 4>(1, 4), { minLength: 8, maxLength: 8 }),
        fc.constantFrom<NonNullable<Run["base"]>>("first", "last", "most", "none"),
        (p, widths, base) => {
          expect(plain(grow(p, { widths, base }))).toEqual(growTreeReference(p));
        },
      ),
      { numRuns: 250 },
    );
  });

  /** Mirrored columns tie exactly; of two equal gains the feature drawn first wins, and its lowest threshold. */
  const mirrored = (p: ReferenceProblem): ReferenceProblem => {
    const bytes = p.columns.map((column) => column.map((v) => Math.abs(Math.trunc(v)) % 30));
    const columns = [...bytes, ...bytes.map((column) => column.map((v) => 29 - v))];
    return { ...p, columns, maxFeatures: columns.length - 1 };
  };

  it.each([
    ["mirrored bytes, entropy", mirrored(large(1500, [256, 200], 3))],
    ["mirrored bytes, gini", mirrored(large(1500, [256, 200], 3, { criterion: "gini" }))],
    ["bytes, 10 classes, entropy", large(3000, [256, 40, 3], 10, { maxFeatures: 3 })],
    ["bytes, 10 classes, gini", large(3000, [256, 40, 3], 10, { criterion: "gini" })],
    ["bytes, 26 classes, minSamplesLeaf", large(1500, [256, 200], 26, { minSamplesLeaf: 5 })],
    ["bytes, 100 classes", large(1500, [256, 200], 100)],
    ["ranks, 2 classes, gini", large(3000, [1e9, 1e9, 500], 2, { criterion: "gini" })],
    ["ranks, 3 classes, entropy", large(2500, [1e9, 700, 256], 3)],
    ["one class but one row", large(600, [1e6, 9], 1)],
    ["regression", large(1500, [256, 1e9, 20], 0)],
    ["random thresholds, bytes, gini", large(1500, [256, 40, 3], 10, { criterion: "gini", random: true })],
    ["random thresholds, ranks, entropy", large(1500, [1e9, 700, 256], 3, { random: true })],
    ["random thresholds, balanced weights", large(1200, [256, 1e9], 3, { classWeights: "balanced", random: true })],
    ["random thresholds, regression", large(1500, [256, 1e9, 20], 0, { random: true })],
    ["balanced weights", large(1200, [256, 1e9], 3, { classWeights: "balanced", criterion: "gini" })],
    ["balanced weights, entropy", large(700, [256, 1e9], 5, { classWeights: "balanced" })],
  ])("equals the reference on a larger problem: %s", (_, p) => {
    const expected = growTreeReference(p);
    expect(plain(grow(p))).toEqual(expected);
    expect(
      plain(grow(p, { widths: p.columns.map(() => 4), base: "last", memory: memories.private, budget: 5000 })),
    ).toEqual(expected);
  });

  it("gives the same bits with every budget and in shared and private memory", () => {
    fc.assert(
      fc.property(problems({ kinds: ALL }), fc.integer({ min: 0, max: 400 }), (p, budget) => {
        const whole = grow(p);
        expect(grow(p, { budget })).toEqual(whole);
        expect(grow(p, { memory: memories.private })).toEqual(whole);
      }),
      { numRuns: 150 },
    );
  });

  it.each(ALL)("gives the same bits when two trees grow by turns in one instance, as in a pool: %s", (kind) => {
    fc.assert(
      fc.property(problems({ kinds: [kind] }), problems({ kinds: [kind] }), fc.nat(60), (a, b, budget) => {
        const alone = [grow(a), grow(b)];
        const memory = memories.private;
        memory.reset();
        const trees = [begin(a, { budget }, memory), begin(b, { budget }, memory)];
        let growing = trees;
        while (growing.length > 0) growing = growing.filter((tree) => tree.step() === MORE);
        expect(trees.map((tree) => tree.read())).toEqual(alone);
      }),
      { numRuns: 100 },
    );
  });

  it("gives the same bits whether codes are bytes or ranks, and whatever codes the node's rows do not have", () => {
    fc.assert(
      fc.property(problems({ kinds: ALL }), (p) => {
        const whole = grow(p);
        expect(grow(p, { widths: p.columns.map(() => 4) })).toEqual(whole);
        expect(grow(p, { spread: 2 })).toEqual(whole);
        expect(grow(p, { spread: 5000, base: "first" })).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  it("grows the same tree on a view as on a dense copy of its rows", () => {
    fc.assert(
      fc.property(problems({ kinds: ALL }), (p) => {
        const copy = {
          ...p,
          columns: p.columns.map((column) => p.rows.map((row) => column[row]!)),
          targets: p.rows.map((row) => p.targets[row]!),
          rows: p.rows.map((_, i) => i),
        };
        expect(grow(copy)).toEqual(grow(p));
      }),
      { numRuns: 100 },
    );
  });

  it("limited by maxDepth and minSamplesSplit, is a pruning of the fully grown tree", () => {
    fc.assert(
      fc.property(
        problems({ kinds: ALL }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 2, max: 20 }),
        (p, maxDepth, minSamplesSplit) => {
          const full = grow({ ...p, maxDepth: UNLIMITED, minSamplesSplit: 2 });
          const limited = grow({ ...p, maxDepth, minSamplesSplit });
          let at = 0;
          const compare = (node: number, depth: number): void => {
            const here = at++;
            const cut = depth >= maxDepth || full.count[node]! < minSamplesSplit;
            expect(limited.feature[here]).toBe(cut ? -1 : full.feature[node]);
            expect(limited.threshold[here]).toBe(cut ? 0 : full.threshold[node]);
            for (const key of ["start", "count", "weight", "impurity", "mean"] as const) {
              expect(limited[key][here]).toBe(full[key][node]);
            }
            const range = (tree: GrownTree, i: number) =>
              [...tree.samples.slice(tree.start[i], tree.start[i]! + tree.count[i]!)].sort((a, b) => a - b);
            expect(range(limited, here)).toEqual(range(full, node));
            if (cut || full.feature[node] === -1) return;
            compare(node + 1, depth + 1);
            expect(limited.right[here]).toBe(at);
            compare(full.right[node]!, depth + 1);
          };
          if (full.feature.length > 0) compare(0, 0);
          expect(limited.feature.length).toBe(at);
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each(["entropy", "gini", "balanced", "regression", "random gini"])(
    "gives the same bits with row-major codes at hand: %s",
    (kind) => {
      const { n, nFeatures, columns, data } = wide;
      const memory = new KernelMemory(true, tree, 2048);
      const targets = Uint32Array.from({ length: n }, (_, i) => ((columns[0]![i]! + columns[4]![i]! + i) >>> 3) % 7);
      const at = columns.map((column) => memory.put(column));
      const values = memory.put(Float64Array.from({ length: 256 }, (_, i) => i));
      const nClasses = kind === "regression" ? 0 : 7;
      const problem: GrowTreeProblem = {
        columns: memory.put(Uint32Array.from(at.flatMap((codes) => [codes, values, 256, 0]))),
        nFeatures,
        rows: memory.put(Uint32Array.from({ length: n - 300 }, (_, i) => i + 300)),
        n: n - 300,
        targets: memory.put(nClasses > 0 ? targets : Float64Array.from(targets)),
        nClasses,
        weights: 0,
        classWeights: kind === "balanced" ? BALANCED : 0,
        draws: n - 300,
        seedLo: 5,
        seedHi: 6,
        criterion: kind === "entropy" ? ENTROPY : kind === "regression" ? SQUARED_ERROR : GINI,
        entropyTable: memory.room(8 * n),
        maxDepth: UNLIMITED,
        minSamplesSplit: 2,
        minSamplesLeaf: 1,
        maxFeatures: 5,
        data: memory.put(data),
        splitter: kind.startsWith("random") ? RANDOM : BEST,
      };
      memory.call("entropyTable", [problem.entropyTable, n - 1]);
      /** Grows the trees by turns. */
      const growWith = (budget: number, ...ps: GrowTreeProblem[]) => {
        const trees = ps.map((p) => {
          const layout = growTreeLayout(p);
          const [scratch, out] = [memory.room(layout.scratchBytes), memory.room(layout.outBytes)];
          memory.zero(scratch, 4);
          return { args: growTreeArgs(p, scratch, out, budget), read: () => readGrownTree(memory.buffer, out, p) };
        });
        let growing = trees;
        while (growing.length > 0) growing = growing.filter(({ args }) => memory.call("growTree", args) === MORE);
        memory.checkGuards();
        return trees.map((tree) => tree.read());
      };
      const other = { ...problem, seedLo: 9 };
      const alone = growWith(1e12, { ...problem, data: 0 }, { ...other, data: 0 });
      expect(alone[0]!.feature.length).toBeGreaterThan(1000);
      expect(growWith(1e12, problem, other)).toEqual(alone);
      expect(growWith(30_000, problem, other)).toEqual(alone);
      expect(growTreeLayout(problem).scratchBytes > growTreeLayout({ ...problem, data: 0 }).scratchBytes).toBe(
        nClasses > 0,
      );
    },
  );

  it("puts the threshold on the lower value where the midpoint rounds to the upper one or overflows", () => {
    const next = 1 + Number.EPSILON;
    const threshold = (low: number, high: number) =>
      grow({
        columns: [[low, high]], rows: [0, 1], targets: [0, 1], nClasses: 2, draws: 0, seed: 1n, criterion: "gini",
        maxDepth: 9, minSamplesSplit: 2, minSamplesLeaf: 1, maxFeatures: 1,
      }).threshold[0]; // biome-ignore format: one list
    expect(threshold(next, next + Number.EPSILON)).toBe(next);
    expect(threshold(1.6e308, 1.7e308)).toBe(1.6e308);
    expect(threshold(-1.7e308, -1.6e308)).toBe(-1.7e308);
    expect(threshold(-1, 4)).toBe(1.5);
  });

  it("refuses counts that do not fit beside the class", () => {
    const memory = memories.private;
    memory.reset();
    const size = {
      n: 1,
      nFeatures: 1,
      nClasses: 2 ** 20,
      draws: 5000,
      weights: 0,
      classWeights: 0,
      maxDepth: 1,
      data: 0,
    };
    const layout = growTreeLayout(size);
    const [scratch, out] = [memory.room(layout.scratchBytes), memory.room(layout.outBytes)];
    memory.zero(scratch, 4);
    const columns = memory.put(Uint32Array.from([memory.put(Uint8Array.of(0)), memory.put(Float64Array.of(0)), 1, 0]));
    const rows = memory.put(Uint32Array.of(0));
    const problem = {
      ...size, columns, rows, targets: rows, seedLo: 1, seedHi: 1, criterion: GINI, entropyTable: 0, minSamplesSplit: 2,
      minSamplesLeaf: 1, maxFeatures: 1, splitter: BEST,
    } as const; // biome-ignore format: one list
    expect(memory.call("growTree", growTreeArgs(problem, scratch, out, 1e9))).toBe(REFUSED);
  });
});

describe("entropyTable", () => {
  it("is n log2 n in units of 2^-30, by a log2 that is right to the last bits", () => {
    const memory = memories.private;
    memory.reset();
    const max = 70_000;
    const at = memory.room(8 * (max + 1));
    memory.call("entropyTable", [at, max]);
    const table = new BigInt64Array(memory.buffer, at, max + 1);
    for (let n = 1; n <= max; n += n < 2000 ? 1 : 997) {
      expect(table[n]).toBe(entropyUnits(n));
      expect(Math.abs(log2Reference(n) - Math.log2(n))).toBeLessThanOrEqual(2 ** -52 * Math.max(1, Math.log2(n)));
    }
    memory.checkGuards();
  });
});
