import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type { Estimator, FitContext, FittedWith, RunContext, RunOptions } from "../core/estimator.js";
import { Matrix, type MatrixData, type MatrixLike } from "../core/matrix.js";
import { nullOr, recordOf, requireShape, type Shape, thatIs } from "../core/model-shape.js";
import { toMatrix } from "../core/to-matrix.js";
import { Workspace } from "../core/workspace.js";
import { defaultPool } from "../parallel/default-pool.js";
import type { NeighborsParams } from "./neighbors-params.js";
import { firstOf, type Neighbors, searchNeighbors } from "./search-neighbors.js";

/** The training rows, as they came, and what each of them answers. */
export interface NeighborsModel<Targets extends Int32Array | Float64Array> {
  /** Row-major; bytes before scaling. */
  readonly data: MatrixData;
  readonly scale: number | null;
  /** A class's code or a number, one a row. */
  readonly targets: Targets;
}

type AnyModel = NeighborsModel<Int32Array | Float64Array>;
type FittedNeighbors = FittedWith<NeighborsParams, AnyModel>;

/** What `kneighbors` answers. */
export interface KNeighbors {
  /** Queries x k, ascending. */
  readonly distances: Matrix;
  /** For each query the numbers of its k nearest training rows, nearest first. */
  readonly indices: readonly Uint32Array[];
}

export interface KNeighborsOptions extends RunOptions {
  /** How many neighbours of each row. Default: that of the params. */
  readonly nNeighbors?: number | undefined;
}

/**
 * The model of these rows; candidates that learn from the same table hold the same copy of it.
 * @throws InvalidParameterError if there are fewer rows than neighbours are asked for
 */
export function modelOf<Targets extends Int32Array | Float64Array>(
  X: Matrix,
  targets: Targets,
  { nNeighbors }: Readonly<NeighborsParams>,
  owner: string,
  { workspace }: FitContext,
): NeighborsModel<Targets> {
  requireRows(nNeighbors, X.rows, owner);
  const data = workspace.memo(X, "neighbors", () => (X.root === X ? X.data.slice() : X.data), X.data.byteLength);
  return { data, scale: X.scale, targets };
}

/** The neighbours for each fitted model. Models of the same rows and metric share one search, for the most neighbours. */
export async function* neighborsOfModels(
  fitted: readonly FittedNeighbors[],
  X: Matrix,
  ctx: RunContext,
): AsyncGenerator<readonly [index: number, neighbors: Neighbors]> {
  const waiting = new Set(fitted.keys());
  // A search asks many models: what is made of their rows is not kept until the search ends.
  const { ofModels } = ctx.workspace;
  const own = ofModels ?? new Workspace();
  try {
    for (const i of waiting) {
      const { model, params } = fitted[i]!;
      const alike = [...waiting].filter((j) => {
        const other = fitted[j]!;
        return (
          other.model.data === model.data && other.model.scale === model.scale && other.params.metric === params.metric
        );
      });
      const most = Math.max(...alike.map((j) => fitted[j]!.params.nNeighbors));
      const training = own.memo(model.data, `table ${model.scale}`, () => tableOf(model, X.cols));
      const found = await searchNeighbors(X, training, params.metric, most, ctx, { ...ctx, workspace: own });
      for (const j of alike) {
        waiting.delete(j);
        yield [j, firstOf(found, fitted[j]!.params.nNeighbors)];
      }
    }
  } finally {
    if (own !== ofModels) own.close();
  }
}

function tableOf({ data, scale, targets }: AnyModel, cols: number): Matrix {
  return new Matrix(data, targets.length, cols, { scale });
}

function requireRows(nNeighbors: number, rows: number, owner: string): void {
  if (Number.isSafeInteger(nNeighbors) && nNeighbors >= 1 && nNeighbors <= rows) return;
  throw new InvalidParameterError(
    `nNeighbors of ${owner} must be an integer from 1 to ${rows}, the rows that it can choose from; got ${nNeighbors}`,
    "nNeighbors",
  );
}

/** The weight of each neighbour, as scikit-learn gives it; null for 1 each. */
export function weightsOf({ k, distances }: Neighbors, weights: NeighborsParams["weights"]): Float64Array | null {
  if (weights === "uniform") return null;
  const out = distances.map((distance) => 1 / distance);
  for (let start = 0; start < out.length; start += k) {
    const mine = out.subarray(start, start + k);
    // Where rows are equal to the query, these alone count, each as much.
    if (!mine.includes(Number.POSITIVE_INFINITY)) continue;
    for (let i = 0; i < k; i++) mine[i] = mine[i] === Number.POSITIVE_INFINITY ? 1 : 0;
  }
  return out;
}

/** The neighbours of X's rows, or of the training rows, none being its own neighbour. */
export async function kNeighbors(
  { definition, params, state }: Estimator<NeighborsParams, AnyModel>,
  X: MatrixLike | null | undefined,
  options: KNeighborsOptions,
): Promise<KNeighbors> {
  const { nNeighbors = params.nNeighbors, pool = defaultPool(), signal = new AbortController().signal } = options;
  const workspace = options.workspace ?? new Workspace();
  try {
    const training = tableOf(state.model, state.nFeatures);
    const queries = X === null || X === undefined ? null : await toMatrix(X, { signal, workspace });
    if (queries !== null && queries.cols !== training.cols) {
      throw new InvalidDataError(
        `X has ${queries.cols} features, but ${definition.name} is expecting ${training.cols} features as input`,
      );
    }
    requireRows(nNeighbors, training.rows - (queries === null ? 1 : 0), definition.name);
    const ctx = { pool, workspace, signal };
    const found =
      queries === null
        ? withoutThemselves(await searchNeighbors(training, training, params.metric, nNeighbors + 1, ctx, ctx))
        : await searchNeighbors(queries, training, params.metric, nNeighbors, ctx, ctx);
    const n = found.distances.length / found.k;
    return {
      distances: new Matrix(found.distances, n, found.k),
      indices: Array.from({ length: n }, (_, i) => found.indices.slice(i * found.k, (i + 1) * found.k)),
    };
  } finally {
    if (options.workspace === undefined) workspace.close();
  }
}

/** Each training row's neighbours but itself; the first of them where more rows than were found are equal to it. */
function withoutThemselves({ k: all, distances, indices }: Neighbors): Neighbors {
  const k = all - 1;
  const n = distances.length / all;
  const out = { k, distances: new Float64Array(n * k), indices: new Uint32Array(n * k) };
  for (let i = 0; i < n; i++) {
    const itself = Math.max(0, indices.subarray(i * all, (i + 1) * all).indexOf(i));
    for (let j = 0; j < k; j++) {
      const at = i * all + (j < itself ? j : j + 1);
      out.distances[i * k + j] = distances[at]!;
      out.indices[i * k + j] = indices[at]!;
    }
  }
  return out;
}

/** Checks a model that was read from a file. */
export function validateNeighbors(owner: string, { model, nFeatures, params }: FittedNeighbors, targets: Shape): void {
  const isData = (value: unknown): value is MatrixData =>
    value instanceof Uint8Array ||
    ((value instanceof Float32Array || value instanceof Float64Array) && value.every(Number.isFinite));
  const isScale = (value: unknown) => Number.isFinite(value) && (value as number) > 0;
  const data = thatIs("bytes, f32 or f64, all finite", isData);
  const shape = recordOf({ data, scale: nullOr(thatIs("a number > 0", isScale)), targets });
  requireShape(owner, model, shape);
  const { data: cells, scale, targets: answers } = model;
  const fits = thatIs(
    `${nFeatures} cells for each of ${answers.length} targets, and a scale of bytes alone`,
    () =>
      answers.length > 0 &&
      cells.length === answers.length * nFeatures &&
      (scale === null || cells instanceof Uint8Array),
  );
  requireShape(owner, model, fits);
  requireRows(params.nNeighbors, answers.length, owner);
}
