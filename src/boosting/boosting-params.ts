import { integer, jobs, nullable, oneOf, type Rule, real, rule, seed } from "../core/params.js";
import { type EvalFunction, evalMetrics } from "./eval-metrics.js";

/** What gradient boosting for classes and for numbers have in common, with XGBoost's meaning. */
export interface BoostingParams {
  /** Number of rounds; each adds one tree, or one for each of more than two classes. Default 100. */
  readonly nEstimators: number;
  /** What each tree's leaves are multiplied by, > 0 and <= 1 (XGBoost's eta). Default 0.3. */
  readonly learningRate: number;
  /** Most edges from the root to a leaf; null: no limit. Default 6. */
  readonly maxDepth: number | null;
  /** Most leaves; null: no limit. Default null. */
  readonly maxLeaves: number | null;
  /** "depthwise" splits the nodes nearest to the root first, "lossguide" those of the largest gain. Default "depthwise". */
  readonly growPolicy: "depthwise" | "lossguide";
  /** Each child needs so large a sum of hessians. Default 1. */
  readonly minChildWeight: number;
  /** A split must gain so much. Default 0. */
  readonly gamma: number;
  /** L2 penalty on the weights of leaves. Default 1. */
  readonly regLambda: number;
  /** L1 penalty on the weights of leaves. Default 0. */
  readonly regAlpha: number;
  /** Bound on a leaf's weight before `learningRate`; 0: none; null: the objective's own (0.7 for counts). Default null. */
  readonly maxDeltaStep: number | null;
  /** Odds of each row to be drawn for a tree, > 0 and <= 1. Default 1. */
  readonly subsample: number;
  /** Share of the features drawn for a tree. Default 1. */
  readonly colsampleByTree: number;
  /** Share of the tree's features drawn for each of its depths. Default 1. */
  readonly colsampleByLevel: number;
  /** Share of the depth's features drawn for each node. Default 1. */
  readonly colsampleByNode: number;
  /** Most bins of a feature, 2 to 65535; a feature with fewer different values is split exactly. Default 256. */
  readonly maxBin: number;
  /** The prediction before the first round, in the space of predictions; null: found from y. Default null. */
  readonly baseScore: number | null;
  /** For each feature 1 where predictions must not fall with it, -1 where they must not rise, else 0. Default null. */
  readonly monotoneConstraints: readonly number[] | null;
  /** What evaluation sets are judged by: XGBoost's name, or a function. Default null: the objective's own. */
  readonly evalMetric: string | EvalFunction | null;
  /** Ends after so many rounds in which the last evaluation set has not improved; the best round's trees stay. Default null. */
  readonly earlyStoppingRounds: number | null;
  /** Seed of the draws of rows and features; null: a new one each time. Default null. */
  readonly randomState: number | null;
  /** Calls at once: null for as many as the pool is wide, -1 for all cores, or a number. Default null. */
  readonly nJobs: number | null;
}

const share = (): Rule<number> =>
  rule({
    default: 1,
    expected: "a number > 0 and <= 1",
    allows: (value) => typeof value === "number" && value > 0 && value <= 1,
    samples: [1, 0.5],
    wrong: [0, 1.5, Number.NaN, "1", true],
  });

export const boostingRules = {
  nEstimators: integer(100, { min: 1 }),
  learningRate: { ...share(), default: 0.3, samples: [0.3, 1] },
  maxDepth: { ...nullable(integer(6, { min: 1 })), default: 6 },
  maxLeaves: nullable(integer(31, { min: 2 })),
  growPolicy: oneOf<"depthwise" | "lossguide">("depthwise", "depthwise", "lossguide"),
  minChildWeight: real(1, { min: 0 }),
  gamma: real(0, { min: 0 }),
  regLambda: real(1, { min: 0 }),
  regAlpha: real(0, { min: 0 }),
  maxDeltaStep: nullable(real(1, { min: 0 })),
  subsample: share(),
  colsampleByTree: share(),
  colsampleByLevel: share(),
  colsampleByNode: share(),
  maxBin: integer(256, { min: 2, max: 65_535 }),
  baseScore: nullable(real(0.5)),
  monotoneConstraints: nullable(
    rule<readonly number[]>({
      default: [],
      expected: "a list of -1, 0 or 1, one for each feature",
      allows: (value) => Array.isArray(value) && value.every((v) => v === -1 || v === 0 || v === 1),
      samples: [],
      wrong: [[2], ["1"], 1, "increasing"],
    }),
  ),
  evalMetric: rule<string | EvalFunction | null>({
    default: null,
    expected: `null, a function or one of ${Object.keys(evalMetrics).join(", ")}`,
    allows: (value) =>
      value === null || typeof value === "function" || (typeof value === "string" && Object.hasOwn(evalMetrics, value)),
    samples: [null],
    wrong: ["no such metric", 1, true],
  }),
  earlyStoppingRounds: nullable({ ...integer(10, { min: 1 }), samples: [] }),
  randomState: seed(),
  nJobs: jobs(),
};
