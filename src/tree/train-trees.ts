import type { FitContext, TrainingData } from "../core/estimator.js";
import type { LabelTarget, NumberTarget } from "../core/target.js";
import { jobsOf, limit } from "../parallel/limit.js";
import type { Growth, Harvest } from "./grow-trees.js";
import { treesOf } from "./kept-trees.js";
import { leafValues } from "./leaf-values.js";
import { type Limits, Prunable, widest } from "./prune.js";
import type { TreeModel } from "./tree-model.js";
import { countOf, type TreeParams } from "./tree-params.js";

/** One candidate: how its trees are grown, how many, and how they are limited. */
export interface Recipe extends TreeParams, Pick<Growth, "criterion" | "splitter" | "classWeight" | "draws" | "owner"> {
  readonly nEstimators: number;
  readonly nJobs: number | null;
}

/** A candidate's trees so far, and its place among the candidates. */
interface Order {
  readonly index: number;
  readonly recipe: Recipe;
  readonly limits: Limits;
}

/** Told of each tree of a candidate as it is made. */
export type OnTree = (candidate: number, tree: TreeModel, harvest: Harvest) => Promise<void>;

/**
 * Trains the trees of all candidates and yields each candidate's when they are complete. Candidates that differ in
 * limits and numbers of trees only are prunings and prefixes of one forest, which is grown once.
 */
export async function* trainTrees(
  data: TrainingData<LabelTarget | NumberTarget>,
  candidates: readonly Recipe[],
  ctx: FitContext,
  onTree?: OnTree,
): AsyncGenerator<readonly [index: number, trees: readonly TreeModel[]]> {
  const families = new Map<string, Order[]>();
  for (const [index, recipe] of candidates.entries()) {
    const order = { index, recipe, limits: limitsOf(recipe, data.X.rows) };
    const key = familyOf(recipe);
    const family = families.get(key);
    if (family === undefined) families.set(key, [order]);
    else family.push(order);
  }
  for (const [key, family] of families) yield* trainFamily(key, data, family, ctx, onTree);
}

async function* trainFamily(
  key: string,
  data: TrainingData<LabelTarget | NumberTarget>,
  family: readonly Order[],
  ctx: FitContext,
  onTree: OnTree | undefined,
): AsyncGenerator<readonly [index: number, trees: readonly TreeModel[]]> {
  const total = Math.max(...family.map(({ recipe }) => recipe.nEstimators));
  const outputs = data.y.kind === "labels" ? data.y.classes.length : 1;
  const variants = new Map<string, { limits: Limits; trees: TreeModel[]; orders: Order[] }>();
  for (const order of family) {
    const key = JSON.stringify(order.limits);
    const variant = variants.get(key);
    if (variant === undefined) variants.set(key, { limits: order.limits, trees: [], orders: [order] });
    else variant.orders.push(order);
  }
  const pool = limit(ctx.pool, Math.max(...family.map(({ recipe }) => jobsOf(recipe.nJobs, ctx.pool))));
  const { growth, harvests } = treesOf(key, total, data, growthOf(family), pool, ctx);
  let grown = 0;
  for await (const harvest of harvests) {
    grown++;
    const prunable = new Prunable(harvest.tree, growth);
    const writeValue = leafValues(harvest, data, growth);
    /** Limits that cut nothing off give one and the same tree. */
    let whole: TreeModel | null = null;
    for (const { limits, trees, orders } of variants.values()) {
      const open = orders.filter(({ recipe }) => recipe.nEstimators >= grown);
      if (open.length === 0) continue;
      const pruned = prunable.prune(limits, outputs, writeValue);
      const isWhole = pruned.feature.length === harvest.tree.feature.length;
      const tree = isWhole ? (whole ??= pruned) : pruned;
      trees.push(tree);
      for (const { index } of open) await onTree?.(index, tree, harvest);
      for (const { index, recipe } of open) if (recipe.nEstimators === grown) yield [index, trees.slice()];
    }
    ctx.progress({ what: "trees", done: grown, total });
  }
}

/** Candidates with the same answer are grown from one forest: everything counts but limits, numbers and nJobs. */
function familyOf({
  nEstimators,
  nJobs,
  maxDepth,
  minSamplesSplit,
  maxLeafNodes,
  minImpurityDecrease,
  ...rest
}: Recipe): string {
  const { criterion, splitter, maxFeatures, minSamplesLeaf, randomState, classWeight, draws } = rest;
  return JSON.stringify([criterion, splitter, maxFeatures, minSamplesLeaf, randomState, classWeight, draws]);
}

/** The widest limits of the family: what is grown contains every member's trees. */
function growthOf(family: readonly Order[]): Growth {
  return { ...family[0]!.recipe, ...widest(family.map(({ limits }) => limits)) };
}

function limitsOf(recipe: Recipe, rows: number): Limits {
  const { maxDepth, maxLeafNodes, minImpurityDecrease } = recipe;
  return { maxDepth, maxLeafNodes, minImpurityDecrease, minSamplesSplit: countOf(recipe.minSamplesSplit, rows, 2) };
}
