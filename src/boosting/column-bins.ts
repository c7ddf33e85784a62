import type { FitContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { COLUMN } from "../kernels/bin-columns.js";
import type { Block } from "../parallel/memory.js";

/** Cells that one call of a kernel bins: some milliseconds of work. */
export const CELLS = 1 << 19;

/** What is to be binned. */
export interface BinJob {
  /** With at least one row and one column; bytes, or numbers and NaN. */
  readonly X: Matrix;
  /** 2 .. 65535. */
  readonly maxBin: number;
  /** One for each row of X. */
  readonly sampleWeight: Float64Array | null;
  readonly ctx: FitContext;
}

/** A column's cells as bins. */
export interface ColumnBins {
  /** In the pool's memory, `width` bytes each. */
  readonly codes: Block;
  readonly width: 1 | 2;
  readonly valueBins: number;
  readonly hasMissing: boolean;
  /** The most frequent code (the lowest of several), and how many rows have it. */
  readonly mode: number;
  readonly modeRows: number;
  /** How many different values it has. */
  readonly distinct: number;
  /** A value lies beyond f32. */
  readonly infinite: boolean;
  /** `valueBins` of them, ascending. */
  readonly cuts: Float32Array;
}

/** A column as kernels told of it: info u32[8], and cuts of which the first are used. */
export function toColumnBins(info: Uint32Array, cuts: Float32Array, codes: Block): ColumnBins {
  const valueBins = info[COLUMN.valueBins]!;
  const hasMissing = info[COLUMN.missing]! > 0;
  return {
    codes,
    width: widthOf(info),
    valueBins,
    hasMissing,
    mode: info[COLUMN.mode]!,
    modeRows: info[COLUMN.modeRows]!,
    distinct: info[COLUMN.distinct]!,
    infinite: info[COLUMN.infinite] === 1,
    cuts: cuts.slice(0, valueBins),
  };
}

/** Bytes that a code of a column takes. */
export function widthOf(info: Uint32Array): 1 | 2 {
  return info[COLUMN.valueBins]! + (info[COLUMN.missing]! > 0 ? 1 : 0) <= 256 ? 1 : 2;
}
