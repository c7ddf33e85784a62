import type { FitContext, TrainingData } from "../core/estimator.js";
import type { LabelTarget, NumberTarget } from "../core/target.js";
import type { Pool } from "../parallel/pool.js";
import { type Growth, growTrees, type Harvest } from "./grow-trees.js";
import { type GrowthLimits, widest } from "./prune.js";

/** The first trees of a family, what they were grown from beside the table, and how. */
interface Kept extends Pick<TrainingData, "y" | "sampleWeight"> {
  readonly growth: Growth;
  readonly harvests: readonly Harvest[];
}

/**
 * The first `count` trees of the family that `key` names, and the growth that they are of, whose limits are at least as
 * wide as those asked for. In a search that goes round after round the trees are kept, and a later round grows those only
 * that no earlier one did.
 */
export function treesOf(
  key: string,
  count: number,
  data: TrainingData<LabelTarget | NumberTarget>,
  asked: Growth,
  pool: Pool,
  ctx: FitContext,
): { readonly growth: Growth; readonly harvests: AsyncGenerator<Harvest> } {
  const { X, y, sampleWeight } = data;
  const { workspace } = ctx;
  if (!workspace.expectsRounds) return { growth: asked, harvests: growTrees(0, count, data, asked, pool, ctx) };
  const name = `trees ${key}`;
  const known = workspace.known<Kept>(X, name);
  const kept = known?.y === y && sameNumbers(known.sampleWeight, sampleWeight) ? known : null;
  // Limits that turn out too tight are given up, so that a family is grown anew once at most.
  const fits = kept !== null && contains(kept.growth, asked);
  const growth = kept === null ? asked : fits ? kept.growth : { ...asked, ...UNLIMITED };
  const grown = fits ? kept.harvests : [];

  const harvests = async function* () {
    yield* grown.slice(0, count);
    if (grown.length >= count) return;
    const all = [...grown];
    try {
      for await (const harvest of growTrees(grown.length, count, data, growth, pool, ctx)) {
        all.push(harvest);
        yield harvest;
      }
    } finally {
      const entry: Kept = { y, sampleWeight, growth, harvests: all };
      workspace.keep(
        X,
        name,
        entry,
        all.reduce((sum, harvest) => sum + bytesOf(harvest), 0),
      );
    }
  };
  return { growth, harvests: harvests() };
}

const UNLIMITED: GrowthLimits = { maxDepth: null, minSamplesSplit: 2 };

/** Whether all that grows under the limits of `other` grows under those of `one`. */
function contains(one: GrowthLimits, other: GrowthLimits): boolean {
  const { maxDepth, minSamplesSplit } = widest([one, other]);
  return maxDepth === one.maxDepth && minSamplesSplit === one.minSamplesSplit;
}

const sameNumbers = (one: Float64Array | null, other: Float64Array | null): boolean =>
  one === other ||
  (one !== null && one.length === other?.length && one.every((value, i) => Object.is(value, other[i])));

/** Weights are of all trees together, and the data's own size. */
const bytesOf = ({ tree }: Harvest): number => Object.values(tree).reduce((sum, { byteLength }) => sum + byteLength, 0);
