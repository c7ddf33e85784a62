/** Tables for tests of the family "svm", and how they lie in a kernel's memory. */
import { LINE_BYTES } from "../../../src/kernels/svm-vectors.js";
import { stream } from "../../svm/small-problems.js";
import type { KernelMemory } from "./kernel-memory.js";
import { dot } from "./svm-kernel-values.js";

export type TableKind = "bytes" | "scaled bytes" | "f32" | "f64";

export interface Table {
  readonly kind: TableKind;
  /** Whether multiples of 1 / q are meant as f64, not as f32. */
  readonly isF64: boolean;
  /** Of scaled bytes. */
  readonly scale: number;
  readonly cols: number;
  /** All rows that are placed, and which of them are meant. */
  readonly placed: Uint8Array | Float32Array | Float64Array;
  readonly rows: Uint32Array;
  /** Values of the meant rows. */
  readonly X: readonly (readonly number[])[];
}

/** Rows on the grid of q, about half of their values 0; `oddity` is the share of other values, which bytes cannot have. */
export function makeTable(n: number, cols: number, kind: TableKind, q: number, oddity: number, seed: number): Table {
  const next = stream(seed);
  const isByte = kind === "bytes" || kind === "scaled bytes";
  const density = next();
  const reach = next() < 0.3 ? Math.floor(32767 / Math.sqrt(2 * cols)) : 300;
  const code = () => Math.round((2 * next() - 1) * reach);
  const cell = () => {
    if (next() > density) return 0;
    if (isByte) return Math.floor(256 * next());
    return next() < oddity ? (next() - 0.5) * 10 ** (8 * next()) : code() / q;
  };
  const values = Array.from({ length: (n + 3) * cols }, cell);
  const placed = isByte
    ? Uint8Array.from(values)
    : kind === "f32"
      ? Float32Array.from(values)
      : Float64Array.from(values);
  const rows = Uint32Array.from({ length: n }, () => Math.floor(next() * (n + 3)));
  const decode = (x: number) => (kind === "scaled bytes" ? Math.fround(x * (1 / q)) : x);
  const X = Array.from(rows, (row) => Array.from(placed.subarray(row * cols, (row + 1) * cols), decode));
  return { kind, isF64: kind === "f64", scale: 1 / q, cols, placed, rows, X };
}

/** The first arguments of the kernels that read tables: data, kind, values of bytes, cols, rows. */
export function placeTable(at: KernelMemory, { kind, scale, cols, placed, rows }: Table): number[] {
  const isByte = placed instanceof Uint8Array;
  const values = Float64Array.from({ length: 256 }, (_, byte) => (kind === "bytes" ? byte : Math.fround(byte * scale)));
  return [at.put(placed), isByte ? 0 : kind === "f32" ? 1 : 2, isByte ? at.put(values) : 0, cols, at.put(rows)];
}

/**
 * Rows as vectors, of 16-bit codes on the grid of q or of f64 where q is null, with lists of their entries or without; the
 * address of their descriptor.
 */
export function placeVectors(
  at: KernelMemory,
  X: readonly (readonly number[])[],
  q: number | null,
  isListed: boolean,
): number {
  const cols = X[0]!.length;
  const lines = q === null ? cols : Math.ceil(cols / 2);
  const codes = (row: readonly number[]) => {
    const padded = q === null ? row : row.map((x) => Math.round(x * q));
    return padded.length % 2 === 0 || q === null ? padded : [...padded, 0];
  };
  const norms = X.map((row) => dot(row, row, q));
  const cells = X.flatMap(codes);
  const starts = new Uint32Array(X.length + 1);
  const entries: number[] = [];
  const words = new Uint32Array((q === null ? Float64Array.from(cells) : Int16Array.from(cells)).buffer);
  const wordsALine = q === null ? 2 : 1;
  for (let i = 0; i < X.length; i++) {
    for (let p = 0; p < lines; p++) {
      const line = words.subarray((i * lines + p) * wordsALine, (i * lines + p + 1) * wordsALine);
      const isZero = q === null ? X[i]![p] === 0 : line[0] === 0;
      if (!isZero) entries.push(LINE_BYTES * p, ...(q === null ? [0] : []), ...line);
    }
    starts[i + 1] = entries.length / (q === null ? 4 : 2);
  }
  const cellsAt = at.put(words);
  const normsAt = q === null ? at.put(Float64Array.from(norms)) : at.put(Uint32Array.from(norms));
  const startsAt = isListed ? at.put(starts) : 0;
  const entriesAt = isListed ? at.put(Uint32Array.from(entries)) : 0;
  return at.put(Uint32Array.of(q === null ? 1 : 0, cellsAt, normsAt, lines, startsAt, entriesAt, 0, 0));
}
