import { InvalidDataError } from "../core/errors.js";
import type { FitContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { binBytes } from "./bin-bytes.js";
import { binFloats } from "./bin-floats.js";
import type { BinJob, ColumnBins } from "./column-bins.js";
import { makeTiles, type Tiles } from "./tiles.js";

/** A table as boosted trees are grown on it: its cells as bins, column by column and once more row by row, in tiles. */
export interface BinnedColumns extends Tiles {
  readonly rows: number;
  readonly cols: number;
  /** All features' cuts back to back: bin b of feature f holds the values below cuts[firstCut[f] + b]. */
  readonly cuts: Float32Array;
  readonly firstCut: Uint32Array;
  /** Every value of every feature has a bin of its own; if so, weights have no part in this. */
  readonly exact: boolean;
}

/**
 * Bins the rows of X (a view by its own rows), for gradient boosting; once for each maxBin within a top-level verb.
 *
 * Values are rounded to f32; NaN is missing. A feature with at most `maxBin` different values gets a bin for each;
 * another gets exactly `maxBin`, of nearly equal (weighted) numbers of rows, frequent values alone in theirs.
 *
 * @param maxBin - an integer from 2 to 65535
 * @param sampleWeight - one for each row of X, or null
 * @throws InvalidDataError where a value does not fit into f32
 */
export function binnedColumns(
  X: Matrix,
  maxBin: number,
  sampleWeight: Float64Array | null,
  ctx: FitContext,
): Promise<BinnedColumns> {
  const byWeights = ctx.workspace.memo(
    X,
    `binned columns, ${maxBin}`,
    () => new Map<Float64Array | null, Promise<BinnedColumns>>(),
  );
  let binned = byWeights.get(sampleWeight);
  if (binned === undefined) {
    const [other] = byWeights.values();
    byWeights.set(sampleWeight, (binned = reuse(other)));
  }
  return binned;

  async function reuse(other: Promise<BinnedColumns> | undefined): Promise<BinnedColumns> {
    const known = await other;
    return known?.exact === true ? known : bin({ X, maxBin, sampleWeight, ctx });
  }
}

async function bin(job: BinJob): Promise<BinnedColumns> {
  const { X, maxBin, ctx } = job;
  const columns: ColumnBins[] = [];
  for await (const some of X.root.data instanceof Uint8Array ? binBytes(job) : binFloats(job)) {
    for (const column of some) {
      if (column.infinite) throw doesNotFit(X, columns.length);
      columns.push(column);
    }
  }
  const firstCut = new Uint32Array(X.cols + 1);
  for (const [f, { valueBins }] of columns.entries()) firstCut[f + 1] = firstCut[f]! + valueBins;
  const cuts = new Float32Array(firstCut[X.cols]!);
  for (const [f, column] of columns.entries()) cuts.set(column.cuts, firstCut[f]);
  const exact = columns.every(({ distinct }) => distinct <= maxBin);
  return { rows: X.rows, cols: X.cols, cuts, firstCut, exact, ...(await makeTiles(columns, X.rows, ctx)) };
}

function doesNotFit(X: Matrix, column: number): InvalidDataError {
  const isInfinite = (row: number) => Math.abs(Math.fround(X.at(row, column))) === Number.POSITIVE_INFINITY;
  let row = 0;
  while (!isInfinite(row)) row++;
  return new InvalidDataError(
    `X must fit into f32, where numbers end at ±3.4028234663852886e38; got ${X.at(row, column)} at row ${row}, column ${column}`,
    row,
    column,
  );
}
