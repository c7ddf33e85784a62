import type { BoostedTree } from "../../src/boosting/boosted-tree.js";
import {
  addTree,
  type Bounds,
  bestGain,
  derivatives,
  type Loss,
  type Regularisation,
  type Split,
  sortedColumns,
  splitOf,
  sumsOf,
  UNBOUNDED,
  weightOf,
} from "./second-order.js";

/** What two sequences of trees were grown from. */
export interface Problem {
  /** f32 values row by row. */
  readonly X: { readonly data: ArrayLike<number>; readonly rows: number; readonly cols: number };
  readonly y: ArrayLike<number>;
  readonly weights: ArrayLike<number> | null;
  /** One an output. */
  readonly baseMargin: ArrayLike<number>;
  readonly params: Loss & Regularisation & { readonly gamma?: number };
}

export interface Comparison {
  /** Rounds that were walked. */
  rounds: number;
  /** Nodes of the first trees that were met on the walks. */
  nodes: number;
  /** Nodes where both split differently and equally well. */
  ties: number;
  /** Nodes that lie below a tie which sends other rows left: nothing can be said of them. */
  below: number;
  /** Whether all trees were walked to their ends with no tie: then both must predict the same of new rows, too. */
  isSame: boolean;
  /** Differences that are no ties, in words. */
  readonly faults: string[];
}

/** Both splits are equally good: their gains, from scratch in f64, agree to this. */
const TIE = 1e-6;
const LEAF = 1e-5;

/**
 * Walks both sequences of trees together, round by round and from each root, with the rows that they were grown from.
 *
 * Two nodes may split differently only where both gains, recomputed in f64 from the gradients of that round, agree to
 * 1e-6. If such a tie sends the same rows left, the walk goes on below it: both go on to have the same gradients. If
 * not, nothing below it is compared, and no later round: the two learn from different margins from there on, and to
 * compare them would be to compare answers to different questions. So the callers demand that most nodes be compared.
 */
export function compareTrees(
  ours: readonly BoostedTree[],
  theirs: readonly BoostedTree[],
  problem: Problem,
): Comparison {
  const { X, y, weights, baseMargin, params } = problem;
  const outputs = baseMargin.length;
  const margins = Array.from(baseMargin, (base) => new Float32Array(X.rows).fill(base));
  const result: Comparison = { rounds: 0, nodes: 0, ties: 0, below: 0, isSame: true, faults: [] };
  if (ours.length !== theirs.length) result.faults.push(`${ours.length} trees instead of ${theirs.length}`);
  const all = Array.from({ length: X.rows }, (_, i) => i);
  const walk = new Walk(problem, result);
  for (let first = 0; first < Math.min(ours.length, theirs.length) && result.below === 0; first += outputs) {
    const { g, h } = derivatives(params, margins, y, weights);
    for (let k = 0; k < outputs; k++) {
      walk.compare(
        ours[first + k]!,
        theirs[first + k]!,
        { g: g[k]!, h: h[k]! },
        `round ${result.rounds} output ${k}`,
        all,
      );
      addTree(theirs[first + k]!, X, margins[k]!);
    }
    if (result.faults.length > 0) break;
    result.rounds++;
  }
  result.isSame = result.faults.length === 0 && result.ties === 0;
  return result;
}

class Walk {
  constructor(
    readonly problem: Problem,
    readonly result: Comparison,
  ) {}

  compare(
    ours: BoostedTree,
    theirs: BoostedTree,
    gh: { g: Float32Array; h: Float32Array },
    where: string,
    all: number[],
  ) {
    const { X, params } = this.problem;
    const { result } = this;
    const split = (tree: BoostedTree, node: number, rows: readonly number[], bounds: Bounds) =>
      splitOf(tree, node, rows, X, gh, params, bounds);
    const step = (a: number, b: number, rows: readonly number[], bounds: Bounds): void => {
      result.nodes++;
      const at = `${where} nodes ${a} and ${b}`;
      const cover = sumsOf(rows, gh.g, gh.h).h;
      if (!near(ours.cover[a]!, cover, 1e-5)) result.faults.push(`${at}: cover ${ours.cover[a]} instead of ${cover}`);
      const [isLeaf, isTheirLeaf] = [ours.feature[a]! < 0, theirs.feature[b]! < 0];
      if (isLeaf && isTheirLeaf) {
        const [value, other] = [ours.value[a]!, theirs.value[b]!];
        if (!near(value, other, LEAF)) result.faults.push(`${at}: leaf ${value} instead of ${other}`);
        return;
      }
      if (isLeaf || isTheirLeaf) {
        const { gain, scale } = isLeaf ? split(theirs, b, rows, bounds) : split(ours, a, rows, bounds);
        // A split that is hardly worth it may be worth it for one of the two.
        if (Math.abs(gain - (params.gamma ?? 0)) <= TIE * scale) this.tie(ours, a);
        else result.faults.push(`${at}: ${isLeaf ? "no" : "a"} split, of gain ${gain} (of terms up to ${scale})`);
        return;
      }
      const mine = split(ours, a, rows, bounds);
      const isEqual = ours.feature[a] === theirs.feature[b] && ours.threshold[a] === theirs.threshold[b];
      const other = isEqual && ours.defaultLeft[a] === theirs.defaultLeft[b] ? mine : split(theirs, b, rows, bounds);
      if (!near(ours.gain[a]!, mine.gain, 1e-6, 1e-5 * mine.scale)) {
        result.faults.push(`${at}: gain ${ours.gain[a]} instead of ${mine.gain}`);
      }
      if (mine !== other) {
        if (Math.abs(mine.gain - other.gain) > TIE * Math.abs(other.gain)) {
          result.faults.push(`${at}: ${told(ours, a, mine)} instead of ${told(theirs, b, other)}`);
          return;
        }
        if (mine.left.length !== other.left.length || mine.left.some((row, i) => row !== other.left[i])) {
          this.tie(ours, a);
          return;
        }
        result.ties++;
      }
      step(a + 1, b + 1, mine.left, mine.bounds[0]);
      step(ours.right[a]!, theirs.right[b]!, mine.right, mine.bounds[1]);
    };
    step(0, 0, all, UNBOUNDED);
  }

  private tie(tree: BoostedTree, node: number): void {
    this.result.ties++;
    this.result.below += Math.max(1, endOf(tree, node) - node - 1);
  }
}

/** One past the last node below a node. */
function endOf(tree: BoostedTree, node: number): number {
  let end = node;
  while (tree.feature[end]! >= 0) end = tree.right[end]!;
  return end + 1;
}

function told(tree: BoostedTree, node: number, { gain, scale, left, right }: Split): string {
  const side = tree.defaultLeft[node] === 1 ? "left" : "right";
  const rows = `${left.length} + ${right.length} rows`;
  return `feature ${tree.feature[node]} < ${tree.threshold[node]} (missing ${side}, ${rows}, gain ${gain} of terms up to ${scale})`;
}

function near(value: number, expected: number, tolerance: number, slack = 0): boolean {
  return Math.abs(value - expected) <= tolerance * Math.max(1, Math.abs(expected)) + slack;
}

/** Largest deviations of trees from the formulas; gains as a share of the terms that they are differences of. */
export interface Deviations {
  gain: number;
  /** Of inner nodes: how much better the best of all splits is than the one that was taken, as a share of it. */
  regret: number;
  leaf: number;
  cover: number;
}

/** Checks every node against the formulas: cover = H, gain = loss_chg and the best of all, leaf = learningRate * weight. */
export function deviations(trees: readonly BoostedTree[], problem: Problem, options = { regret: true }): Deviations {
  const { X, y, weights, baseMargin, params } = problem;
  const margins = Array.from(baseMargin, (base) => new Float32Array(X.rows).fill(base));
  const sorted = options.regret ? sortedColumns(X) : null;
  const worst: Deviations = { gain: 0, regret: 0, leaf: 0, cover: 0 };
  const all = Array.from({ length: X.rows }, (_, i) => i);
  const off = (value: number, expected: number) => Math.abs(value - expected) / Math.max(1, Math.abs(expected));
  const raise = (name: keyof Deviations, by: number) => {
    if (!(by <= worst[name])) worst[name] = by;
  };
  for (let first = 0; first < trees.length; first += margins.length) {
    const { g, h } = derivatives(params, margins, y, weights);
    for (const [k, margin] of margins.entries()) {
      const tree = trees[first + k]!;
      const gh = { g: g[k]!, h: h[k]! };
      const step = (node: number, rows: readonly number[], bounds: Bounds): void => {
        const sums = sumsOf(rows, gh.g, gh.h);
        raise("cover", off(tree.cover[node]!, sums.h));
        if (tree.feature[node]! < 0) {
          raise("leaf", off(tree.value[node]!, (params.learningRate ?? 0.3) * weightOf(sums, params, bounds)));
          return;
        }
        const split = splitOf(tree, node, rows, X, gh, params, bounds);
        // Gradients are f32: where a gain is tiny beside its terms, or beside 1, little can be told of it.
        raise("gain", Math.abs(tree.gain[node]! - split.gain) / Math.max(0.1, split.scale));
        if (sorted !== null) {
          const best = bestGain(sorted, rows, X, gh, params, bounds);
          raise("regret", Math.max(0, best - split.gain) / Math.max(best, 0.1 * split.scale, 0.01));
        }
        step(node + 1, split.left, split.bounds[0]);
        step(tree.right[node]!, split.right, split.bounds[1]);
      };
      step(0, all, UNBOUNDED);
      addTree(tree, X, margin);
    }
  }
  return worst;
}

/** Columns of a tree in the golden file, see make/xgboost_parity.py. */
export interface CompactTree {
  readonly split: readonly number[];
  readonly threshold: readonly number[];
  readonly value: readonly number[];
  readonly gain: readonly number[];
  readonly cover: readonly number[];
}

export function readTree({ split, threshold, value, gain, cover }: CompactTree): BoostedTree {
  const right = new Uint32Array(split.length);
  const open: number[] = [];
  const inner = split.map((code) => code >= 0);
  for (const [i, isInner] of inner.entries()) {
    if (isInner) open.push(i);
    else if (open.length > 0) right[open.pop()!] = i + 1;
  }
  /** Spreads a column that inner nodes (or leaves) alone have. */
  const spread = (column: readonly number[], ofInner: boolean) => {
    let next = 0;
    return Float32Array.from(inner, (isInner) => (isInner === ofInner ? column[next++]! : 0));
  };
  return {
    feature: Int32Array.from(split, (code) => (code < 0 ? -1 : code >> 1)),
    defaultLeft: Uint8Array.from(split, (code) => (code < 0 ? 0 : code & 1)),
    threshold: spread(threshold, true),
    value: spread(value, false),
    gain: spread(gain, true),
    right,
    cover: Float32Array.from(cover),
  };
}
