// Growing boosted trees: split the next open node, evaluate its children, until nothing is left to split.

import {
  BEGIN, BIN, BUILT, COUNT, DEFAULT_LEFT, DEPTH, DERIVED, DIVIDE_FROM, ELIGIBLE, FEATURE, FREE_COUNT, FREE_SLOTS, G,
  GAIN, GAMMA, H, KEY, LEAF_COUNT, LEARNING_RATE, LEFT, LEFT_G, LEFT_H, LOWER, NODES, NODE_COUNT, NONE, OPEN,
  OPEN_COUNT, PAIRS, PARENT, PARENT_SLOT, PHASE, RIGHT, ROW_ENTRIES, SEED, SLOT, TASK, TASK_BYTES,
  TASK_HESSIAN_SCALE, TASK_MARGINS, TASK_NODES, TASK_NODE_COUNT, TASK_PAIRS, TASK_SEED, UPPER, WEIGHT, hessianScale,
  maxDepth, maxLeaves, nSlices, nSlots, nodeAt, nodes, openJob, openTask, order, policy, results, rows, totalBins,
} from "./boosting-job";
import { drawNodeFeatures, drawTreeFeatures, keyOfChild, keyOfRoot } from "./boosting-columns";
import {
  RESULT_BIN, RESULT_BYTES, RESULT_DEFAULT_LEFT, RESULT_FEATURE, RESULT_G, RESULT_H, RESULT_SCORE, SCRATCH_SLOTS, evaluate,
} from "./boosting-evaluate";
import { directionOf, scoreOf, weightOf } from "./boosting-gain";
import { leastHessian } from "./boosting-scan";
import { partition } from "./boosting-partition";
import { quantize } from "./boosting-quantize";

/** Phases of a job: nodes wait to be evaluated, one of them has been counted for that, or the next may be split. */
const WAITING: u32 = 1;
const COUNTED: u32 = 2;
const READY: u32 = 3;

/** XGBoost's kRtEps: a split must gain more. */
const LEAST_GAIN: f64 = 1e-6;
/** Entries, rows and bins that one call goes through before it lets others see it: some ten milliseconds. */
const BUDGET: u64 = 1 << 23;

/** Which open node is split next: the last, the first, or the one of largest gain. */
const DEPTH_FIRST: u32 = 0;
const BREADTH_FIRST: u32 = 1;
const BEST_FIRST: u32 = 2;

/**
 * Grows the trees of the tasks that `next` counts up to `end`, each taken by whoever comes first. It also answers when a node
 * of many rows waits to be counted (PHASE is WAITING), for the caller to have `count` do it slice by slice, to set PHASE to
 * COUNTED and to call again.
 */
export function grow(job: u32, tasks: u32, next: u32, end: u32): i32 {
  openJob(job);
  let work: u64 = 0;
  while (work < BUDGET) {
    if (load<u32>(job, TASK) == NONE) {
      const task = atomic.add<u32>(next, 1);
      if (task >= end) return 0;
      begin(job, tasks + task * TASK_BYTES);
      work += rows;
    }
    const phase = load<u32>(job, PHASE);
    if (phase == READY) {
      work += splitNext(job);
      continue;
    }
    const entries = u64(load<u32>(nodeAt(load<u32>(job, BUILT)), COUNT)) * load<u32>(job, ROW_ENTRIES);
    if (phase == WAITING && nSlices > 1 && entries >= load<u32>(job, DIVIDE_FROM)) return 0;
    const searched: u64 = load<u32>(job, DERIVED) == NONE ? 1 : 2;
    evaluate(job, phase == COUNTED);
    collect(job);
    // Small nodes have as many bins to be searched as large ones; a bin takes as long as some three entries.
    work += entries + 3 * searched * totalBins;
  }
  return 1;
}

function begin(job: u32, task: u32): void {
  store<u32>(job, task, TASK);
  store<u32>(job, load<u32>(task, TASK_PAIRS), PAIRS);
  store<u32>(job, load<u32>(task, TASK_NODES), NODES);
  store<u64>(job, load<u64>(task, TASK_SEED), SEED);
  openTask(job);
  for (let row: u32 = 0; row < rows; row++) store<u32>(order + (row << 2), row);
  quantize(job, task, nodes);
  store<u32>(nodes, 0, BEGIN);
  store<u32>(nodes, rows, COUNT);
  store<f64>(nodes, -Infinity, LOWER);
  store<f64>(nodes, Infinity, UPPER);
  store<u64>(nodes, keyOfRoot(job), KEY);
  store<u32>(job, 1, NODE_COUNT);
  store<u32>(job, 1, LEAF_COUNT);
  store<u32>(job, 0, OPEN_COUNT);
  const free = load<u32>(job, FREE_SLOTS);
  let count: u32 = 0;
  for (let slot = nSlots; slot > SCRATCH_SLOTS; slot--) store<u32>(free + (count++ << 2), slot - 1);
  store<u32>(job, count, FREE_COUNT);
  drawTreeFeatures(job);
  beginNode(nodes, 0);
  store<u32>(job, NONE, PARENT_SLOT);
  store<u32>(job, NONE, PARENT);
  if (load<u32>(nodes, ELIGIBLE)) request(job, 0, NONE);
  else store<u32>(job, READY, PHASE);
}

/** Fills in what follows of a node's sums and place. */
function beginNode(node: u32, depth: u32): void {
  const g = load<f64>(node, G);
  const h = load<f64>(node, H);
  store<i32>(node, -1, FEATURE);
  store<f64>(node, 0, GAIN);
  store<u32>(node, depth, DEPTH);
  store<u32>(node, 0, LEFT);
  store<u32>(node, NONE, SLOT);
  store<f64>(node, weightOf(g, h, load<f64>(node, LOWER), load<f64>(node, UPPER)), WEIGHT);
  store<u32>(node, u32(depth < maxDepth && load<u32>(node, COUNT) > 1 && h >= 2 * leastHessian()), ELIGIBLE);
}

/** Has nodes evaluated: one counted row by row, the other, if any, the parent's rest. */
function request(job: u32, built: u32, derived: u32): void {
  store<u32>(job, built, BUILT);
  store<u32>(job, derived, DERIVED);
  keepHistogram(job, built);
  if (derived != NONE && load<u32>(nodeAt(derived), SLOT) == NONE) keepHistogram(job, derived);
  drawNodeFeatures(job, built, 0);
  if (derived != NONE) drawNodeFeatures(job, derived, 1);
  store<u32>(job, WAITING, PHASE);
}

/** Gives a node a slot, if its children may want its histogram and there is one; without, they are counted by themselves. */
function keepHistogram(job: u32, node: u32): void {
  const at = nodeAt(node);
  const count = load<u32>(job, FREE_COUNT);
  if (count == 0 || !load<u32>(at, ELIGIBLE) || load<u32>(at, DEPTH) + 1 >= maxDepth) return;
  store<u32>(job, count - 1, FREE_COUNT);
  store<u32>(at, load<u32>(load<u32>(job, FREE_SLOTS) + ((count - 1) << 2)), SLOT);
}

function giveBack(job: u32, node: u32): void {
  const slot = load<u32>(node, SLOT);
  if (slot == NONE) return;
  const count = load<u32>(job, FREE_COUNT);
  store<u32>(load<u32>(job, FREE_SLOTS) + (count << 2), slot);
  store<u32>(job, count + 1, FREE_COUNT);
  store<u32>(node, NONE, SLOT);
}

/** Takes the results; nodes that can be split become open. */
function collect(job: u32): void {
  store<u32>(job, READY, PHASE);
  const parent = load<u32>(job, PARENT);
  if (parent != NONE) giveBack(job, nodeAt(parent));
  const built = load<u32>(job, BUILT);
  const derived = load<u32>(job, DERIVED);
  // Depth first goes on with the last, which shall be the smaller, so that few histograms are kept; else nodes come in order.
  const isBuiltLast = policy == DEPTH_FIRST || built > derived;
  if (!isBuiltLast) collectNode(job, built, 0);
  if (derived != NONE) collectNode(job, derived, 1);
  if (isBuiltLast) collectNode(job, built, 0);
}

function collectNode(job: u32, id: u32, which: u32): void {
  const node = nodeAt(id);
  const parentScore = scoreOf(load<f64>(node, G), load<f64>(node, H), load<f64>(node, LOWER), load<f64>(node, UPPER));
  const result = results + which * RESULT_BYTES;
  store<u32>(node, load<u32>(result, RESULT_FEATURE), FEATURE);
  store<u32>(node, load<u32>(result, RESULT_BIN), BIN);
  store<u32>(node, load<u32>(result, RESULT_DEFAULT_LEFT), DEFAULT_LEFT);
  store<f64>(node, load<f64>(result, RESULT_G), LEFT_G);
  store<f64>(node, load<f64>(result, RESULT_H), LEFT_H);
  const gain = load<f64>(result, RESULT_SCORE) - parentScore;
  if (load<u32>(node, ELIGIBLE) && gain > LEAST_GAIN && gain >= load<f64>(job, GAMMA)) {
    store<f64>(node, gain, GAIN);
    const open = load<u32>(job, OPEN_COUNT);
    store<u32>(load<u32>(job, OPEN) + (open << 2), id);
    store<u32>(job, open + 1, OPEN_COUNT);
  } else {
    store<i32>(node, -1, FEATURE);
    giveBack(job, node);
  }
}

/** Splits the next open node and has its children evaluated; answers the rows that it moved. Without one the tree is grown. */
function splitNext(job: u32): u32 {
  const open = load<u32>(job, OPEN_COUNT);
  if (open == 0 || load<u32>(job, LEAF_COUNT) >= maxLeaves) {
    finish(job);
    return 0;
  }
  const at = nextOpen(load<u32>(job, OPEN), open);
  const id = load<u32>(at);
  const node = nodeAt(id);
  memory.copy(at, at + 4, load<u32>(job, OPEN) + (open << 2) - at - 4);
  store<u32>(job, open - 1, OPEN_COUNT);
  const count = partition(node);
  const left = load<u32>(job, NODE_COUNT);
  store<u32>(job, left + 2, NODE_COUNT);
  store<u32>(job, load<u32>(job, LEAF_COUNT) + 1, LEAF_COUNT);
  store<u32>(node, left, LEFT);
  store<u32>(node, left + 1, RIGHT);
  beginChildren(node, nodeAt(left), nodeAt(left + 1), count);
  evaluateNext(job, id, left, left + 1);
  return load<u32>(node, COUNT);
}

function nextOpen(open: u32, count: u32): u32 {
  if (policy == BREADTH_FIRST) return open;
  if (policy != BEST_FIRST) return open + ((count - 1) << 2);
  let best = open;
  for (let at = open + 4; at < open + (count << 2); at += 4) {
    if (load<f64>(nodeAt(load<u32>(at)), GAIN) > load<f64>(nodeAt(load<u32>(best)), GAIN)) best = at;
  }
  return best;
}

function beginChildren(node: u32, left: u32, right: u32, count: u32): void {
  const depth = load<u32>(node, DEPTH) + 1;
  const lower = load<f64>(node, LOWER);
  const upper = load<f64>(node, UPPER);
  const leftG = load<f64>(node, LEFT_G);
  const leftH = load<f64>(node, LEFT_H);
  store<f64>(left, leftG, G);
  store<f64>(left, leftH, H);
  store<f64>(right, load<f64>(node, G) - leftG, G);
  store<f64>(right, load<f64>(node, H) - leftH, H);
  store<u32>(left, load<u32>(node, BEGIN), BEGIN);
  store<u32>(left, count, COUNT);
  store<u32>(right, load<u32>(node, BEGIN) + count, BEGIN);
  store<u32>(right, load<u32>(node, COUNT) - count, COUNT);
  store<u64>(left, keyOfChild(load<u64>(node, KEY), true), KEY);
  store<u64>(right, keyOfChild(load<u64>(node, KEY), false), KEY);
  // What lies on one side of a monotone split stays on that side of its middle, as in XGBoost's split_evaluator.h.
  const direction = directionOf(load<u32>(node, FEATURE));
  const middle = direction == 0 ? 0
    : (weightOf(leftG, leftH, lower, upper) + weightOf(load<f64>(right, G), load<f64>(right, H), lower, upper)) / 2;
  store<f64>(left, direction < 0 ? middle : lower, LOWER);
  store<f64>(left, direction > 0 ? middle : upper, UPPER);
  store<f64>(right, direction > 0 ? middle : lower, LOWER);
  store<f64>(right, direction < 0 ? middle : upper, UPPER);
  beginNode(left, depth);
  beginNode(right, depth);
}

/** Decides which child is counted and which is the rest. */
function evaluateNext(job: u32, parent: u32, left: u32, right: u32): void {
  const isLeftSmall = load<u32>(nodeAt(left), COUNT) <= load<u32>(nodeAt(right), COUNT);
  const small = isLeftSmall ? left : right;
  const large = isLeftSmall ? right : left;
  const slot = load<u32>(nodeAt(parent), SLOT);
  const isSmall = load<u32>(nodeAt(small), ELIGIBLE) != 0;
  const isLarge = load<u32>(nodeAt(large), ELIGIBLE) != 0;
  store<u32>(job, slot, PARENT_SLOT);
  store<u32>(job, parent, PARENT);
  const node = nodeAt(parent);
  if (isLarge && slot != NONE) {
    store<u32>(nodeAt(large), slot, SLOT);
    store<u32>(node, NONE, SLOT);
    request(job, small, large);
  } else if (isSmall) {
    request(job, small, isLarge ? large : NONE);
  } else if (isLarge) {
    request(job, large, NONE);
  } else {
    giveBack(job, node);
    store<u32>(job, READY, PHASE);
  }
}

/** Ends the tree and adds its leaves to the margins. */
function finish(job: u32): void {
  const task = load<u32>(job, TASK);
  const count = load<u32>(job, NODE_COUNT);
  store<u32>(task, count, TASK_NODE_COUNT);
  store<f64>(task, hessianScale, TASK_HESSIAN_SCALE);
  store<u32>(job, NONE, TASK);
  const margins = load<u32>(task, TASK_MARGINS);
  const rate = f32(load<f64>(job, LEARNING_RATE));
  for (let i: u32 = 0; i < count; i++) {
    const node = nodeAt(i);
    if (load<u32>(node, LEFT) == 0) addLeaf(margins, node, f32(load<f64>(node, WEIGHT)) * rate);
  }
}

function addLeaf(margins: u32, leaf: u32, value: f32): void {
  const begin = order + (load<u32>(leaf, BEGIN) << 2);
  const end = begin + (load<u32>(leaf, COUNT) << 2);
  for (let at = begin; at < end; at += 4) {
    const margin = margins + (load<u32>(at) << 2);
    store<f32>(margin, load<f32>(margin) + value);
  }
}
