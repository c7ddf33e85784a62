import { CellTable } from "./cell-table.js";
import { InvalidDataError } from "./errors.js";
import type { Label } from "./labels.js";
import { Matrix, type MatrixData, type MatrixLike, type NumericArray, type TensorLike } from "./matrix.js";
import { inSlices } from "./slices.js";
import type { Workspace } from "./workspace.js";

export interface ToMatrixOptions {
  /** What error messages call it. Default "X". */
  readonly name?: string;
  /** NaN is let through (Infinity never is). Default false. */
  readonly allowsNaN?: boolean;
  /** Strings and booleans are let through; a table that holds any becomes one of positions in `labels`. Default false. */
  readonly allowsLabels?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Remembers which tables were found finite, so that folds of one are not looked through again. */
  readonly workspace?: Workspace | undefined;
}

/** Values looked at between two glances at the clock. */
const STRIDE = 1 << 16;

/**
 * Converts what people have into a Matrix and refuses what is not a table of finite numbers. Bytes stay bytes, f32
 * stays f32, all else becomes f64; a Matrix is checked and handed back as it is. Large tables are done in slices, so
 * that the event loop goes on.
 *
 * @throws InvalidDataError naming the row and the column, and what was expected
 */
export async function toMatrix(X: MatrixLike, options: ToMatrixOptions = {}): Promise<Matrix> {
  const { name = "X", allowsNaN = false, allowsLabels = false, signal } = options;
  const matrix = allowsLabels && holdsLabels(X) ? labelTable(X, name, allowsNaN) : await fromAny(X, name, signal);
  if (matrix.labels !== null && !allowsLabels) {
    throw new InvalidDataError(
      `${name} must hold numbers; got a table with strings or booleans, which an encoder makes numbers of`,
    );
  }
  if (matrix.rows === 0)
    throw new InvalidDataError(`${name} has 0 rows (shape (0, ${matrix.cols})); at least 1 is needed`);
  if (matrix.cols === 0) {
    throw new InvalidDataError(`${name} has 0 features (shape (${matrix.rows}, 0)) while a minimum of 1 is required`);
  }
  checkIntact(matrix.root, name);
  if (options.workspace?.sees(matrix, allowsNaN) !== true) await checkFinite(matrix, name, allowsNaN, signal);
  return matrix;
}

async function fromAny(X: unknown, name: string, signal: AbortSignal | undefined): Promise<Matrix> {
  if (X instanceof Matrix) return X;
  if (isTensor(X)) return fromTensor(X, name);
  if (isNumericArray(X)) {
    throw new InvalidDataError(
      `${name} must be two-dimensional; got a flat ${X.constructor.name} of ${X.length} values: ` +
        "give rows, or new Matrix(data, rows, cols)",
    );
  }
  if (!Array.isArray(X)) {
    throw new InvalidDataError(`${name} must be rows of numbers, a Matrix, or have shape and data; got ${describe(X)}`);
  }
  return fromRows(X, name, signal);
}

async function fromRows(rows: readonly unknown[], name: string, signal: AbortSignal | undefined): Promise<Matrix> {
  const first = rows[0];
  if (rows.length > 0 && !isRow(first)) {
    throw new InvalidDataError(
      typeof first === "number"
        ? `${name} must be two-dimensional; got a flat array of ${rows.length} numbers: wrap a single row in [ ]`
        : `row 0 of ${name} must be an array of numbers; got ${describe(first)}`,
      0,
    );
  }
  const cols = isRow(first) ? first.length : 0;
  const size = rows.length * cols;
  const data = allocate(rows, size, name);
  const stride = Math.max(1, Math.floor(STRIDE / Math.max(1, cols)));
  await inSlices(
    rows.length,
    stride,
    (from, to) => {
      for (let i = from; i < to; i++) copyRow(rows[i], i, cols, data, name);
    },
    signal,
  );
  return new Matrix(data, rows.length, cols);
}

/** The narrowest container that holds every row exactly. */
function allocate(rows: readonly unknown[], size: number, name: string): MatrixData {
  const all = (...kinds: readonly (new (n: number) => NumericArray)[]) =>
    rows.length > 0 && rows.every((row) => kinds.some((kind) => row instanceof kind));
  try {
    if (all(Uint8Array, Uint8ClampedArray)) return new Uint8Array(size);
    if (all(Float32Array)) return new Float32Array(size);
    return new Float64Array(size);
  } catch {
    throw new InvalidDataError(`${name} of ${rows.length} rows has ${size} values, more than fit into one array`);
  }
}

function copyRow(row: unknown, i: number, cols: number, data: MatrixData, name: string): void {
  if (!isRow(row))
    throw new InvalidDataError(`row ${i} of ${name} must be an array of numbers; got ${describe(row)}`, i);
  if (row.length !== cols) {
    throw new InvalidDataError(`row ${i} of ${name} has ${row.length} values, while row 0 has ${cols}`, i);
  }
  for (let j = 0; j < cols; j++) {
    const value = row[j];
    if (typeof value !== "number") throw notANumber(value, i, j, name);
    data[i * cols + j] = value;
  }
}

/** Rows of which one holds a string or a boolean. It ends at what is no row: a length may lie. */
function holdsLabels(X: unknown): X is readonly (readonly Label[])[] {
  if (!Array.isArray(X)) return false;
  for (let i = 0; i < X.length; i++) {
    const row: unknown = X[i];
    if (!isRow(row)) return false;
    if (Array.isArray(row) && row.some((cell) => typeof cell === "string" || typeof cell === "boolean")) return true;
  }
  return false;
}

/** Rows of labels and numbers as one table. */
function labelTable(rows: readonly (readonly Label[])[], name: string, allowsNaN: boolean): Matrix {
  const cols = rows[0]!.length;
  const table = new CellTable();
  for (const [i, row] of rows.entries()) {
    if (!Array.isArray(row) || row.length !== cols) {
      throw new InvalidDataError(
        `row ${i} of ${name} must be an array of ${cols} values, as row 0; got ${describe(row)}`,
        i,
      );
    }
    for (let j = 0; j < cols; j++) {
      const cell: Label = row[j];
      const isLabel = typeof cell === "string" || typeof cell === "boolean" || Number.isFinite(cell);
      if (!isLabel && !(allowsNaN && Number.isNaN(cell))) {
        throw new InvalidDataError(
          `${name} must hold strings, booleans or finite numbers; got ${describe(cell)} at row ${i}, column ${j}`,
          i,
          j,
        );
      }
      table.add(cell);
    }
  }
  return table.toMatrix(cols);
}

async function fromTensor(tensor: TensorLike, name: string): Promise<Matrix> {
  const { shape } = tensor;
  if (shape.length !== 2) {
    throw new InvalidDataError(`${name} must be two-dimensional; got shape (${shape.join(", ")})`);
  }
  const [rows, cols] = shape as readonly [number, number];
  const values = typeof tensor.data === "function" ? await tensor.data() : tensor.data;
  if (!isRow(values)) {
    throw new InvalidDataError(`data of the tensor ${name} must be, or give, an array; got ${describe(values)}`);
  }
  if (values.length !== rows * cols) {
    throw new InvalidDataError(`${name} of shape (${rows}, ${cols}) needs ${rows * cols} values; got ${values.length}`);
  }
  if (values instanceof Uint8Array || values instanceof Float32Array || values instanceof Float64Array) {
    return new Matrix(values, rows, cols);
  }
  const data = new Float64Array(values.length);
  for (let i = 0; i < data.length; i++) {
    const value: unknown = values[i];
    if (typeof value !== "number") throw notANumber(value, Math.floor(i / cols), i % cols, name);
    data[i] = value;
  }
  return new Matrix(data, rows, cols);
}

/** A buffer that was transferred, or has shrunk, leaves arrays that are too short. */
function checkIntact({ data, rows, cols }: Matrix, name: string): void {
  // In bytes: V8 (Node 20) may go on giving the former `length` of a detached array.
  const left = data.byteLength / data.BYTES_PER_ELEMENT;
  if (left === rows * cols) return;
  throw new InvalidDataError(
    `${name} has lost its values: ${rows} x ${cols} need ${rows * cols}, and its buffer now holds ${left}`,
  );
}

async function checkFinite(
  X: Matrix,
  name: string,
  allowsNaN: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { cols, index } = X;
  const { data } = X.root;
  if (data instanceof Uint8Array) return;
  const stride = Math.max(1, Math.floor(STRIDE / cols));
  const checkRow = (row: number) => {
    const start = (index === null ? row : index[row]!) * cols;
    for (let column = 0; column < cols; column++) {
      const value = data[start + column]!;
      // value - value is 0 for every finite number, NaN for NaN and the infinities
      if (value - value !== 0 && !(allowsNaN && Number.isNaN(value))) {
        throw new InvalidDataError(
          `${name} contains ${value} at row ${row}, column ${column}; finite numbers are needed`,
          row,
          column,
        );
      }
    }
  };
  await inSlices(
    X.rows,
    stride,
    (from, to) => {
      if (index === null && areFinite(data, from * cols, to * cols)) return;
      for (let row = from; row < to; row++) checkRow(row);
    },
    signal,
  );
}

/** Whether all are finite: value - value is 0 then. Four sums at once, since each waits for its last addition. */
function areFinite(data: Float32Array | Float64Array, from: number, to: number): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = from;
  for (; i + 3 < to; i += 4) {
    a += data[i]! - data[i]!;
    b += data[i + 1]! - data[i + 1]!;
    c += data[i + 2]! - data[i + 2]!;
    d += data[i + 3]! - data[i + 3]!;
  }
  for (; i < to; i++) a += data[i]! - data[i]!;
  return a + b + c + d === 0;
}

function notANumber(value: unknown, row: number, column: number, name: string): InvalidDataError {
  return new InvalidDataError(
    `${name} must hold numbers; got ${describe(value)} at row ${row}, column ${column}`,
    row,
    column,
  );
}

function isTensor(X: unknown): X is TensorLike {
  return typeof X === "object" && X !== null && "shape" in X && "data" in X && Array.isArray(X.shape);
}

/** Typed arrays of numbers; those of BigInts and DataViews are not. */
export function isNumericArray(value: unknown): value is NumericArray {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) &&
    !(value instanceof BigUint64Array)
  );
}

function isRow(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || isNumericArray(value);
}

/** A short name of a value for an error message: its kind, or itself where that is short. */
export function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean")
    return `${value}`;
  if (typeof value === "bigint") return `${value}n (a bigint)`;
  if (typeof value === "string")
    return value.length <= 40 ? JSON.stringify(value) : `a string of ${value.length} characters`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "Object" ? `a ${name}` : "an object";
}
