import { InvalidDataError } from "../core/errors.js";
import type { FittedWith, RunContext } from "../core/estimator.js";
import { Matrix } from "../core/matrix.js";
import { copyOf, isSmallPart } from "../core/row-source.js";
import { Workspace } from "../core/workspace.js";
import { decide, decideRow, decideScratchBytes, machineDescriptor } from "../kernels/svm-decide.js";
import { functionDescriptor, type KernelFunction } from "../kernels/svm-gram.js";
import { I16, panelRows } from "../kernels/svm-vectors.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { Block, Scope } from "../parallel/memory.js";
import type { KernelParams } from "./kernel-params.js";
import { type Dots, knownDots } from "./kernel-rows.js";
import { isSingle, pairsOf, type SvmModel, supportTable } from "./svm-model.js";
import { supportRows, tableOf } from "./training-kernel.js";
import { offGrid, onGrid, type Vectors } from "./vectors.js";

type Machine = Pick<FittedWith<KernelParams, SvmModel>, "params" | "model" | "nFeatures">;

/** Up to so many rows go one by one. */
const FEW_ROWS = 4;
/** Cells of X that are made vectors of at a time. */
const CELLS_AT_ONCE = 1 << 24;

/** Decision values, rows x pairs, positive for the first class of the pair; `classes` is 0 for regression, which has one value a row. */
export async function decisionValues(
  { params, model, nFeatures }: Machine,
  classes: number,
  X: Matrix,
  ctx: RunContext,
): Promise<Matrix> {
  const { kernel } = params;
  if (kernel === "precomputed") return fromValues(model, classes, X.rows, (row, s) => X.at(row, model.columns[s]!));
  if (typeof kernel === "function") {
    if (model.support.length === 0) return fromValues(model, classes, X.rows, () => 0);
    const values = await tableOf(kernel, X, supportTable(model, nFeatures), ctx);
    return fromValues(model, classes, X.rows, (row, s) => values.at(row, s));
  }
  const scope = ctx.pool.memory.scope();
  // A search asks many models: what is made of one of them is not kept until the search ends.
  const { ofModels } = ctx.workspace;
  const own = ofModels ?? new Workspace();
  try {
    const fn: KernelFunction = { type: kernel, degree: params.degree, gamma: model.gamma, coef0: params.coef0 };
    const decider = new Decider(model, nFeatures, classes, fn, scope, ctx, { ...ctx, workspace: own });
    return finite(await decider.values(X));
  } finally {
    if (own !== ofModels) own.close();
    scope.free();
  }
}

/** @throws InvalidDataError if sums of kernel values were beyond the range of f64 */
function finite(values: Matrix): Matrix {
  const at = values.data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return values;
  const row = Math.floor(at / values.cols);
  throw new InvalidDataError(
    `kernel values of row ${row} of X are beyond the range of f64; scale X, or take a smaller degree, gamma or coef0`,
    row,
  );
}

/** By class the number of vectors of it and of those before. */
function ends({ nSupport }: SvmModel): Uint32Array {
  let sum = 0;
  return nSupport.map((count) => (sum += count));
}

/** The values of kernels that are not ours, summed as the kernels sum ours. */
function fromValues(
  model: SvmModel,
  classes: number,
  rows: number,
  kernelAt: (row: number, vector: number) => number,
): Matrix {
  const pairs = pairsOf(classes);
  const { coef, rho, support } = model;
  const n = support.length;
  const others = Math.max(1, classes - 1);
  const ofClass = ends(model);
  const out = new Float64Array(rows * pairs);
  for (let row = 0; row < rows; row++) {
    const values = Float64Array.from({ length: n }, (_, s) => kernelAt(row, s));
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new InvalidDataError(`X contains ${values[bad]} at row ${row}; finite kernel values are needed`, row);
    const sums = out.subarray(row * pairs, (row + 1) * pairs);
    for (let s = 0, own = 0; s < n; s++) {
      while (classes > 0 && s >= ofClass[own]!) own++;
      for (let other = 0; other < others; other++) {
        sums[pairOf(own, other, classes)]! += coef[s * others + other]! * values[s]!;
      }
    }
    for (let pair = 0; pair < pairs; pair++) sums[pair]! -= rho[pair]!;
  }
  return new Matrix(out, rows, pairs);
}

/** The pair that the coefficient number `other` of a vector of class `own` belongs to. */
function pairOf(own: number, other: number, classes: number): number {
  if (classes === 0) return 0;
  const [a, b] = other < own ? [other, own] : [own, other + 1];
  return (a * (2 * classes - a - 1)) / 2 + b - a - 1;
}

/** One model's vectors in memory, and what it says of rows. */
class Decider {
  readonly #pairs: number;
  readonly #coef: Block;
  readonly #rho: Block;
  readonly #ends: Block;
  /** The kernel function on the model's grid, and off it. */
  readonly #fn: Block;
  readonly #plain: Block;

  constructor(
    readonly model: SvmModel,
    readonly nFeatures: number,
    readonly classes: number,
    fn: KernelFunction,
    readonly scope: Scope,
    readonly ctx: RunContext,
    /** For what is made of the model alone. */
    readonly own: RunContext,
  ) {
    this.#pairs = pairsOf(classes);
    this.#coef = scope.place(model.coef);
    this.#rho = scope.place(model.rho);
    this.#ends = scope.place(ends(model));
    this.#fn = scope.place(functionDescriptor(fn, model.divisor || 1));
    this.#plain = scope.place(functionDescriptor(fn, 1));
  }

  async values(X: Matrix): Promise<Matrix> {
    const { model } = this;
    const out = new Float64Array(X.rows * this.#pairs);
    const place = (rows: ArrayLike<number>, values: Float64Array) => {
      const pairs = this.#pairs;
      for (let i = 0; i < rows.length; i++) out.set(values.subarray(i * pairs, (i + 1) * pairs), rows[i]! * pairs);
    };
    const all = Uint32Array.from({ length: X.rows }, (_, row) => row);
    const shared = await this.#dotsWith(X);
    if (shared !== null) {
      const { dots, rows } = shared;
      const machine = this.#machine(dots.vectors.descriptor, rows);
      out.set(await this.#decide(machine, dots.vectors, X.index ?? all, [rows, dots.values], dots));
    } else {
      const few = X.rows <= FEW_ROWS && model.vectors instanceof Uint8Array;
      const left = few ? await this.#rowByRow(X, place) : all;
      const atOnce = Math.max(panelRows(I16), Math.floor(CELLS_AT_ONCE / X.cols));
      for (let from = 0; from < left.length; from += atOnce) {
        const rows = left.subarray(from, from + atOnce);
        const part = rows.length === X.rows ? X : X.take(rows);
        await this.#some(part, (some, values) =>
          place(
            some.map((row) => rows[row]!),
            values,
          ),
        );
      }
    }
    return new Matrix(out, X.rows, this.#pairs);
  }

  /** Dot products of the support vectors with the rows of X, where a search has made them. */
  async #dotsWith(X: Matrix): Promise<{ readonly dots: Dots; readonly rows: Block } | null> {
    const support = supportRows(this.model, this.ctx);
    if (support === undefined || X.root !== support.table) return null;
    const dots = await knownDots(support.table, this.ctx);
    return dots === undefined ? null : { dots, rows: this.scope.place(support.rows) };
  }

  /** Rows of X, those on the model's grid and the others. */
  async #some(X: Matrix, put: (rows: Uint32Array, values: Float64Array) => void): Promise<void> {
    const { model, ctx } = this;
    const all = Uint32Array.from({ length: X.rows }, (_, row) => row);
    const inner = ctx.pool.memory.scope();
    // A copy is nobody else's: what is placed of it goes with it.
    const copied = new Workspace();
    const isCopied = isSmallPart(X);
    const table = isCopied ? copyOf(X) : X;
    const around = isCopied ? { ...ctx, workspace: copied } : ctx;
    try {
      let left = all;
      if (model.divisor > 0) {
        const { vectors } = await onGrid(table, model.divisor, false, inner, around);
        const norms = ctx.pool.memory.i32(vectors.norms).slice();
        const on = all.filter((row) => norms[row]! >= 0);
        left = all.filter((row) => norms[row]! < 0);
        const own = await this.#supportOnGrid();
        put(on, await this.#decide(this.#machine(own.descriptor, null), vectors, on, own.reads, null));
      }
      if (left.length > 0) {
        const rest = left.length === all.length ? table : table.take(left);
        const vectors = await offGrid(rest, inner, around);
        const own = await this.#supportOffGrid();
        const numbers = Uint32Array.from(left.keys());
        const machine = this.#machine(own.descriptor, null, this.#plain);
        put(left, await this.#decide(machine, vectors, numbers, own.reads, null));
      }
    } finally {
      copied.close();
      inner.free();
    }
  }

  #supportBytes(): Block {
    const { model, own } = this;
    return own.workspace.memo(model, "support bytes", () => own.workspace.blocks(own.pool).place(model.vectors));
  }

  #supportOnGrid(): Promise<Vectors> {
    const { model, nFeatures, own } = this;
    return own.workspace.memo(model, "support vectors", async () => {
      const { vectors, divisor, support } = model;
      const table =
        vectors instanceof Uint8Array
          ? new Matrix(vectors, support.length, nFeatures, { scale: divisor === 1 ? null : 1 / divisor })
          : new Matrix(vectors, support.length, nFeatures);
      return (await onGrid(table, divisor, false, own.workspace.blocks(own.pool), own)).vectors;
    });
  }

  #supportOffGrid(): Promise<Vectors> {
    const { model, nFeatures, own } = this;
    return own.workspace.memo(model, "support vectors off the grid", () =>
      offGrid(supportTable(model, nFeatures), own.workspace.blocks(own.pool), own),
    );
  }

  /** A machine's descriptor, with the vectors it is to use. */
  #machine(vectors: Block, rows: Block | null, fn = this.#fn): Block {
    const { model, classes } = this;
    const at = {
      vectors: vectors.offset,
      count: model.support.length,
      fn: fn.offset,
      classes,
      ends: this.#ends.offset,
      coef: this.#coef.offset,
      rho: this.#rho.offset,
      pairs: this.#pairs,
      rows: rows?.offset ?? 0,
    };
    return this.scope.place(machineDescriptor(at));
  }

  async #decide(
    machine: Block,
    vectors: Vectors,
    rows: Uint32Array,
    more: readonly Block[],
    dots: Dots | null,
  ): Promise<Float64Array> {
    const { pool, signal } = this.ctx;
    const pairs = this.#pairs;
    const scope = pool.memory.scope();
    try {
      const order = scope.place(rows);
      const out = scope.alloc(8 * pairs * rows.length);
      const width = panelRows(vectors.kind);
      const makeSlot = () => scope.alloc(decideScratchBytes(vectors.kind, vectors.lines, pairs));
      const reads = [
        machine,
        order,
        this.#coef,
        this.#rho,
        this.#ends,
        this.#fn,
        this.#plain,
        ...vectors.reads,
        ...more,
      ];
      const work = (p: number, scratch: Block, stop: AbortSignal) => {
        const [from, to] = [p * width, Math.min(rows.length, (p + 1) * width)];
        const args = [
          scratch.offset, machine.offset, vectors.descriptor.offset, order.offset, rows.length, p, p + 1, out.offset,
          dots?.values.offset ?? 0, dots?.stride ?? 0,
        ]; // biome-ignore format: one list
        const writes = [out.part(8 * pairs * from, 8 * pairs * (to - from))];
        const cost = this.model.support.length * width * (4 + vectors.lines * 0.06);
        return pool.run({ kernel: decide, args, reads, writes, scratch: [scratch], cost }, stop);
      };
      for await (const _ of mapTasks(pool, Math.ceil(rows.length / width), makeSlot, work, signal));
      return pool.memory.f64(out).slice();
    } finally {
      scope.free();
    }
  }

  /** Rows that are on the model's grid, each alone, without making anything of the support vectors; answers the others. */
  async #rowByRow(X: Matrix, put: (rows: readonly number[], values: Float64Array) => void): Promise<Uint32Array> {
    const { model, scope } = this;
    const { pool, signal } = this.ctx;
    const left: number[] = [];
    const pairs = this.#pairs;
    const vectors = this.#supportBytes();
    const machine = this.#machine(vectors, null);
    const scratch = scope.alloc(decideScratchBytes(I16, 0, pairs));
    const codes = scope.alloc(32 * Math.ceil(X.cols / 16));
    const norm = scope.alloc(4);
    const out = scope.alloc(8 * pairs);
    const reads = [vectors, machine, codes, norm, this.#coef, this.#rho, this.#ends, this.#fn];
    const args = [scratch, machine, vectors].map((block) => block.offset);
    args.push(X.cols, codes.offset, norm.offset, out.offset);
    const cost = (model.support.length * X.cols) / 25;
    for (let row = 0; row < X.rows; row++) {
      const square = codesOf(X, row, model.divisor, pool.memory.u16(codes));
      if (square === null) {
        left.push(row);
        continue;
      }
      pool.memory.i32(norm)[0] = square;
      await pool.run({ kernel: decideRow, args, reads, writes: [out], scratch: [scratch], cost }, signal);
      put([row], pool.memory.f64(out).slice());
    }
    return Uint32Array.from(left);
  }
}

/** Writes the codes of a row, and answers its squared norm, or null where it is not on the grid. */
function codesOf(X: Matrix, row: number, divisor: number, codes: Uint16Array): number | null {
  const single = isSingle(X);
  let square = 0;
  codes.fill(0);
  for (let j = 0; j < X.cols; j++) {
    const value = X.at(row, j);
    const code = Math.round(value * divisor);
    const back = single ? Math.fround(code / divisor) : code / divisor;
    if (back !== value || Math.abs(code) > 32767) return null;
    codes[j] = code;
    square += code * code;
  }
  return square < 2 ** 29 ? square : null;
}
