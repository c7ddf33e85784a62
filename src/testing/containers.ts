import { Matrix, type MatrixLike } from "../core/matrix.js";
import type { Problem } from "./problem.js";

type Rows = Problem["rows"];

/** One way in which a table may come. */
export interface Container {
  readonly what: string;
  /** A new one each time. */
  readonly of: (rows: Rows) => MatrixLike;
}

/** Containers whose numbers have one precision: the same bits must come out of all of them. */
export interface Precision {
  readonly what: string;
  readonly containers: readonly Container[];
}

const flat = (rows: Rows) => rows.flat();
const width = (rows: Rows) => rows[0]!.length;

/** The rows among others, so that a view must pick them out. */
function view(rows: Rows, make: (values: number[]) => Uint8Array | Float32Array | Float64Array): Matrix {
  const spread = rows.flatMap((row) => [row, row.map(() => 1)]);
  return new Matrix(make(flat(spread)), spread.length, width(rows)).take(rows.map((_, i) => 2 * i));
}

/** An array that does not begin at the beginning of its buffer. */
function offset<T extends Uint8Array | Float32Array | Float64Array>(
  values: readonly number[],
  kind: { new (buffer: ArrayBuffer, start: number, length: number): T; readonly BYTES_PER_ELEMENT: number },
): T {
  const array = new kind(
    new ArrayBuffer((values.length + 3) * kind.BYTES_PER_ELEMENT),
    kind.BYTES_PER_ELEMENT,
    values.length,
  );
  array.set(values);
  return array;
}

const f64: readonly Container[] = [
  { what: "number[][]", of: (rows) => rows.map((row) => [...row]) },
  { what: "frozen number[][]", of: (rows) => Object.freeze(rows.map((row) => Object.freeze([...row]))) },
  { what: "rows of Float64Array", of: (rows) => rows.map((row) => Float64Array.from(row)) },
  { what: "rows of Int32Array", of: (rows) => rows.map((row) => Int32Array.from(row)) },
  { what: "rows of Uint16Array", of: (rows) => rows.map((row) => Uint16Array.from(row)) },
  { what: "rows within one Float64Array", of: (rows) => within(rows, new Float64Array(rows.length * width(rows) + 1)) },
  { what: "a Matrix of f64", of: (rows) => new Matrix(Float64Array.from(flat(rows)), rows.length, width(rows)) },
  {
    what: "a Matrix of f64 that begins within its buffer",
    of: (rows) => new Matrix(offset(flat(rows), Float64Array), rows.length, width(rows)),
  },
  { what: "a view of a Matrix of f64", of: (rows) => view(rows, (values) => Float64Array.from(values)) },
  { what: "a tensor of plain numbers", of: (rows) => ({ shape: [rows.length, width(rows)], data: flat(rows) }) },
  {
    what: "a tensor whose data() gives an Int32Array",
    of: (rows) => ({ shape: [rows.length, width(rows)], data: () => Int32Array.from(flat(rows)) }),
  },
  ...(typeof SharedArrayBuffer === "undefined"
    ? []
    : [
        {
          what: "a Matrix over a SharedArrayBuffer",
          of: (rows: Rows) => {
            const data = new Float64Array(new SharedArrayBuffer(8 * flat(rows).length));
            data.set(flat(rows));
            return new Matrix(data, rows.length, width(rows));
          },
        },
      ]),
];

const f32: readonly Container[] = [
  { what: "a Matrix of f32", of: (rows) => new Matrix(Float32Array.from(flat(rows)), rows.length, width(rows)) },
  { what: "rows of Float32Array", of: (rows) => rows.map((row) => Float32Array.from(row)) },
  {
    what: "a Matrix of f32 that begins within its buffer",
    of: (rows) => new Matrix(offset(flat(rows), Float32Array), rows.length, width(rows)),
  },
  { what: "a view of a Matrix of f32", of: (rows) => view(rows, (values) => Float32Array.from(values)) },
  {
    what: "a tensor whose data() promises a Float32Array",
    of: (rows) => ({ shape: [rows.length, width(rows)], data: async () => Float32Array.from(flat(rows)) }),
  },
];

const bytes: readonly Container[] = [
  { what: "a Matrix of bytes", of: (rows) => new Matrix(Uint8Array.from(flat(rows)), rows.length, width(rows)) },
  { what: "rows of Uint8Array", of: (rows) => rows.map((row) => Uint8Array.from(row)) },
  { what: "rows of Uint8ClampedArray", of: (rows) => rows.map((row) => Uint8ClampedArray.from(row)) },
  {
    what: "a Matrix of bytes that begins within its buffer",
    of: (rows) => new Matrix(offset(flat(rows), Uint8Array), rows.length, width(rows)),
  },
  { what: "a view of a Matrix of bytes", of: (rows) => view(rows, (values) => Uint8Array.from(values)) },
];

export const PRECISIONS: readonly Precision[] = [
  { what: "f64", containers: f64 },
  { what: "f32", containers: f32 },
  { what: "bytes", containers: bytes },
];

/** Rows that are subarrays of one array, as a parser would make them. */
function within(rows: Rows, all: Float64Array): Float64Array[] {
  const cols = width(rows);
  all.set(flat(rows), 1);
  return rows.map((_, i) => all.subarray(1 + i * cols, 1 + (i + 1) * cols));
}

/** Bytes with a scale, and the f32 values that they stand for. */
export function scaled(rows: Rows, scale: number): { readonly bytes: Matrix; readonly f32: Matrix } {
  const cols = width(rows);
  return {
    bytes: new Matrix(Uint8Array.from(flat(rows)), rows.length, cols, { scale }),
    f32: new Matrix(
      Float32Array.from(flat(rows), (byte) => Math.fround(byte * scale)),
      rows.length,
      cols,
    ),
  };
}
