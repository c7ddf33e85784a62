import { InvalidDataError } from "../core/errors.js";
import type { FitContext, RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { copyOf, isSmallPart } from "../core/row-source.js";
import { toMatrix } from "../core/to-matrix.js";
import { strideOf } from "../kernels/svm-gram.js";
import { I16 } from "../kernels/svm-vectors.js";
import { lanesOf } from "../parallel/map-tasks.js";
import type { Scope } from "../parallel/memory.js";
import type { KernelGroup } from "./kernel-groups.js";
import type { AnyKernel, KernelOfTables } from "./kernel-params.js";
import {
  cachedRows,
  dotsOf,
  type KernelRows,
  matrixBytes,
  neededRows,
  rowsOfMatrix,
  TOO_LARGE,
  wholeMatrix,
} from "./kernel-rows.js";
import { type Layout, layoutOf, type Segments } from "./segments.js";
import type { SvmModel } from "./svm-model.js";
import { hasOwnGrid, vectorsOf } from "./vectors.js";

/** The rows of X by their numbers in a table that what is made of rows belongs to. */
export interface TableRows {
  readonly table: Matrix;
  readonly rows: Uint32Array;
}

/**
 * The table that X is, or is a view of. A small part of a large table goes alone, and so do rows on a grid that the table is not
 * on: what stands in other rows must not change their bits. The same for all who ask within a top-level verb.
 */
function tableRows(X: Matrix, ctx: RunContext): Promise<TableRows> {
  return ctx.workspace.memo(X, "table rows", async () => {
    const all = Uint32Array.from({ length: X.rows }, (_, row) => row);
    if (X.index === null) return { table: X, rows: all };
    const goesAlone = isSmallPart(X) || (await hasOwnGrid(X, ctx));
    return goesAlone ? { table: copyOf(X), rows: all } : { table: X.root, rows: X.index };
  });
}

/**
 * Kernel values of training rows, segment by segment. `isShared` says that other kernels of the same products follow, and
 * `problems` how many problems will be solved over them.
 * @throws InvalidDataError where the user's kernel gives no such table, or X is not as square as "precomputed" wants it
 */
export async function trainingKernel(
  X: Matrix,
  segments: Segments,
  { kernel, cacheSize }: Pick<KernelGroup, "kernel" | "cacheSize">,
  problems: number,
  isShared: boolean,
  scope: Scope,
  ctx: FitContext,
): Promise<KernelRows> {
  const layout = layoutOf(segments);
  const sorted = layout.places.map((place) => segments.sorted[place]!);
  if (kernel === "precomputed") return placedRows(X, sorted, columnsOf(X), layout, scope, ctx);
  if (typeof kernel === "function") {
    const values = await tableOf(kernel, X, X, ctx);
    const columns = Uint32Array.from({ length: X.rows }, (_, row) => row);
    return placedRows(values, sorted, columns, layout, scope, ctx);
  }
  const budget = cacheSize * 2 ** 20;
  const { table, rows } = await tableRows(X, ctx);
  const vectors = await vectorsOf(table, ctx);
  const order = scope.place(sorted.map((row) => rows[row]!));
  const problem = { vectors, order, layout, fn: kernel, dots: null };
  const bytes = matrixBytes(layout.rows, 4);
  if (bytes > budget) return cachedRows(problem, Math.floor(budget / lanesOf(ctx.pool)), scope, ctx);
  const pays = isShared || ctx.workspace.expectsViewsOf(table);
  const fits = matrixBytes(table.rows, vectors.kind === I16 ? 4 : 8) + bytes <= budget;
  const dots = pays && fits ? await dotsOf(table, vectors, ctx) : null;
  const { width, memory } = ctx.pool;
  // What problems fill in as they go cannot be seen by workers with memories of their own; a single problem has one worker.
  const isWhole = width > 1 && (!memory.shared || problems === 1);
  return (isWhole ? wholeMatrix : neededRows)({ ...problem, dots }, scope, ctx);
}

/** The columns of a precomputed X that stand for its rows: all, or, of a view of a square table, those that it picks out. */
function columnsOf(X: Matrix): Uint32Array {
  if (X.root.rows !== X.cols) {
    throw new InvalidDataError(
      `X must be a square matrix of kernel values where kernel is "precomputed"; got ${X.rows} x ${X.cols}`,
    );
  }
  return X.index ?? Uint32Array.from({ length: X.rows }, (_, row) => row);
}

/**
 * What the user's kernel makes of two tables.
 * @throws InvalidDataError if that is not a finite number for each pair of rows
 */
export async function tableOf(kernel: KernelOfTables, X: Matrix, Y: Matrix, { signal }: RunContext): Promise<Matrix> {
  const values = await toMatrix(await kernel(X, Y), { name: "what the kernel function gave", signal });
  if (values.rows !== X.rows || values.cols !== Y.rows) {
    throw new InvalidDataError(
      `the kernel function must give a table of ${X.rows} x ${Y.rows} values, one for each pair of rows; it gave ${values.rows} x ${values.cols}`,
    );
  }
  return values;
}

/**
 * Puts values into memory as f32, rows and columns in the order `sorted`; `columns` says where a row's own column is.
 * @throws InvalidDataError if a value is too large for f32
 */
function placedRows(
  values: Matrix,
  sorted: Uint32Array,
  columns: Uint32Array,
  layout: Layout,
  scope: Scope,
  { pool }: RunContext,
): KernelRows {
  const n = sorted.length;
  const stride = strideOf(n, 4);
  const block = scope.zeros(n * stride);
  const diagonal = new Float32Array(n);
  const cells = pool.memory.f32(block);
  for (let i = 0; i < n; i++) {
    const start = (i * stride) / 4;
    for (let j = 0; j < n; j++) {
      const row = sorted[i]!;
      const column = columns[sorted[j]!]!;
      const value = values.at(row, column);
      cells[start + j] = value;
      if (Math.abs(value) < TOO_LARGE) continue;
      throw new InvalidDataError(
        `the kernel value at row ${row}, column ${column} is ${value}, too large for 32 bits`,
        row,
        column,
      );
    }
    diagonal[i] = cells[start + i]!;
  }
  return rowsOfMatrix({ values: block, stride }, scope.place(diagonal), layout);
}

/** The divisor of the grid that the table of X is on, or 0: for kernels of ours, once their vectors have been made. */
export async function gridOf(X: Matrix, kernel: AnyKernel, ctx: RunContext): Promise<number> {
  if (typeof kernel !== "object") return 0;
  const { kind, divisor } = await vectorsOf((await tableRows(X, ctx)).table, ctx);
  return kind === I16 ? divisor : 0;
}

/** Remembers, for predictions within the same top-level verb, which rows of which table the support vectors are. */
export async function rememberSupport(X: Matrix, model: SvmModel, kernel: AnyKernel, ctx: RunContext): Promise<void> {
  if (typeof kernel !== "object") return;
  const { table, rows } = await tableRows(X, ctx);
  ctx.workspace.memo(
    model,
    "support rows",
    (): TableRows => ({
      table,
      rows: model.support.map((row) => rows[row]!),
    }),
  );
}

/** Which rows of which table the support vectors are, where that is remembered. */
export function supportRows(model: SvmModel, ctx: RunContext): TableRows | undefined {
  return ctx.workspace.known(model, "support rows");
}
