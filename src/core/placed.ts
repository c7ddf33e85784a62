import type { Block, Scope } from "../parallel/memory.js";
import type { RunContext } from "./estimator.js";
import type { Matrix } from "./matrix.js";
import { inSlices } from "./slices.js";

/** How the cells of a placed table are kept. */
export const BYTES = 0;
export const FLOAT32 = 1;
export const FLOAT64 = 2;

/** A table in the pool's memory, row-major, as kernels read it. */
export interface Placed {
  readonly kind: typeof BYTES | typeof FLOAT32 | typeof FLOAT64;
  /** All rows of the root. */
  readonly cells: Block;
  /** Of bytes: f64[256], the value of each byte. */
  readonly byteValues: Block | null;
}

/** Bytes copied between two glances at the clock. */
const STRIDE = 1 << 22;

/** Puts the whole table that X is, or is a view of, into the pool's memory; once within a top-level verb. */
export function place(X: Matrix, ctx: RunContext): Promise<Placed> {
  const { data, scale } = X.root;
  return ctx.workspace.memo(X.root, "placed", async (): Promise<Placed> => {
    const { pool, signal } = ctx;
    const blocks = ctx.workspace.blocks(pool);
    const cells = blocks.alloc(data.byteLength);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const copy = (from: number, to: number) =>
      pool.memory.u8(cells.part(from, to - from)).set(bytes.subarray(from, to));
    await inSlices(bytes.length, STRIDE, copy, signal);
    if (!(data instanceof Uint8Array)) {
      return { kind: data instanceof Float32Array ? FLOAT32 : FLOAT64, cells, byteValues: null };
    }
    const values = Float64Array.from({ length: 256 }, (_, byte) => (scale === null ? byte : Math.fround(byte * scale)));
    return { kind: BYTES, cells, byteValues: blocks.place(values) };
  });
}

/** Puts the numbers of X's rows in its root into memory, u32 each: kernels read placed tables through them. */
export function placeRows(X: Matrix, scope: Scope): Block {
  if (X.index !== null) return scope.place(X.index);
  const rows = new Uint32Array(X.rows);
  for (let row = 0; row < rows.length; row++) rows[row] = row;
  return scope.place(rows);
}
