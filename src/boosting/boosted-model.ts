import { arrayOf, listOf, nullOr, recordOf, requireShape, type Shape, thatIs } from "../core/model-shape.js";
import { type BoostedTree, validateBoostedTree } from "./boosted-tree.js";
import { type ObjectiveName, objectives } from "./objectives.js";

/** State of fitted gradient boosting. */
export interface BoostedModel {
  readonly objective: ObjectiveName;
  /** What margins begin with, one an output. */
  readonly baseMargin: Float32Array;
  /** Round after round, one an output. */
  readonly trees: readonly BoostedTree[];
  /** By evaluation set and metric: its value after each round. Rounds that early stopping took away are in it. */
  readonly evalsResult: EvalsResult;
  /** The round that early stopping kept as the last, from 0; null without early stopping. */
  readonly bestIteration: number | null;
}

export type EvalsResult = Readonly<Record<string, Readonly<Record<string, Float64Array>>>>;

/** A record of any names. */
const anyRecordOf =
  (shape: Shape): Shape =>
  (value) => {
    const isRecord = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
    const fields = isRecord ? Object.fromEntries(Object.keys(value).map((name) => [name, shape])) : {};
    return recordOf(fields)(value);
  };

const modelShape = recordOf({
  objective: thatIs("a known objective", (name) => typeof name === "string" && Object.hasOwn(objectives, name)),
  baseMargin: arrayOf(Float32Array, undefined, Number.isFinite),
  trees: listOf(() => null),
  evalsResult: anyRecordOf(anyRecordOf(arrayOf(Float64Array))),
  bestIteration: nullOr(thatIs("an integer >= 0", (value) => Number.isSafeInteger(value) && (value as number) >= 0)),
});

/**
 * Refuses a model that was tampered with.
 * @throws InvalidModelError
 */
export function validateBoosted(
  owner: string,
  model: BoostedModel,
  nFeatures: number,
  outputs: number,
  names: readonly ObjectiveName[],
): void {
  requireShape(owner, model, modelShape);
  const { objective, baseMargin, trees } = model;
  requireShape(
    owner,
    { objective, baseMargin, trees: trees.length },
    recordOf({
      objective: thatIs(names.join(" or "), (name) => names.includes(name as ObjectiveName)),
      baseMargin: arrayOf(Float32Array, outputs),
      trees: thatIs(
        `a positive multiple of ${outputs}`,
        (count) => (count as number) > 0 && (count as number) % outputs === 0,
      ),
    }),
  );
  for (const tree of trees) validateBoostedTree(tree, nFeatures);
}
