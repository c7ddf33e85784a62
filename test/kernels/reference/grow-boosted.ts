/** The definition of `grow`, plain and slow: every node sums its rows afresh and looks at every split. */
import { mix, stream } from "./grow-tree.js";

export interface ReferenceColumn {
  /** By row: the bin, or `valueBins` where the value is missing. */
  readonly codes: readonly number[];
  readonly valueBins: number;
  readonly hasMissing: boolean;
}

export interface ReferenceProblem {
  readonly columns: readonly ReferenceColumn[];
  /** f32, by row. */
  readonly gradients: readonly number[];
  readonly hessians: readonly number[];
  /** Which open node is split next; "any" only where `maxLeaves` does not bind. */
  readonly policy: "any" | "first" | "best";
  readonly maxDepth: number;
  readonly maxLeaves: number;
  readonly monotone: readonly number[] | null;
  readonly featuresDrawn: readonly [tree: number, depth: number, node: number];
  readonly regLambda: number;
  readonly regAlpha: number;
  readonly gamma: number;
  readonly minChildWeight: number;
  readonly maxDeltaStep: number;
  readonly subsample: number;
  readonly seed: bigint;
}

/** Sums of gradients and hessians in steps of the fixed point: whole numbers below 2^53. */
interface Sums {
  readonly g: number;
  readonly h: number;
}

export interface ReferenceSplit {
  readonly feature: number;
  readonly bin: number;
  readonly defaultLeft: boolean;
  readonly gain: number;
}

export interface ReferenceNode extends Sums {
  readonly rows: readonly number[];
  readonly depth: number;
  readonly weight: number;
  readonly split: ReferenceSplit | undefined;
  /** Of nodes that have been split. */
  children: readonly [left: ReferenceNode, right: ReferenceNode] | undefined;
}

export interface ReferenceTree {
  readonly root: ReferenceNode;
  /** Gradients and hessians of all rows, in steps. */
  readonly steps: readonly Sums[];
  readonly hessianScale: number;
}

const WORD = (1n << 64n) - 1n;
const TREE = 0x2545f4914f6cdd1dn;
const LEFT = 0x632be59bd9b4e019n;
const RIGHT = 0xd1342543de82ef95n;
const LEAST_GAIN = 1e-6;

/** The power of two by which the largest value comes to 2^(bits - 1) or more, but below 2^bits. */
function scaleFor(values: readonly number[], bits: number): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return 1;
  let exponent = 0;
  while (largest * 2 ** exponent >= 2 ** bits) exponent--;
  while (largest * 2 ** exponent < 2 ** (bits - 1)) exponent++;
  return 2 ** exponent;
}

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

/** `wanted` of the items in their order, without replacement. */
function draw(items: readonly number[], wanted: number, key: bigint): readonly number[] {
  if (wanted >= items.length) return items;
  const random = stream(key);
  const kept: number[] = [];
  for (let i = 0; kept.length < wanted; i++) {
    if (random.bounded(items.length - i) < wanted - kept.length) kept.push(items[i]!);
  }
  return kept;
}

/** What a node's weight may be, by the monotone constraints above it. */
type Bounds = readonly [lower: number, upper: number];

interface Place {
  readonly depth: number;
  readonly bounds: Bounds;
  readonly key: bigint;
}

export function growBoostedReference(p: ReferenceProblem): ReferenceTree {
  const n = p.gradients.length;
  const bits = Math.min(30, 52 - n.toString(2).length);
  const [gScale, hScale] = [scaleFor(p.gradients, bits), scaleFor(p.hessians, bits)];
  const steps = quantized();
  const least = Math.max(p.minChildWeight * hScale, 1);

  function quantized(): Sums[] {
    const random = stream(p.seed);
    return p.gradients.map((gradient, row) => {
      const isDrawn = random.uniform() < p.subsample;
      const step = (value: number, scale: number) => (isDrawn ? roundToEven(value * scale) + 0 : 0);
      return { g: step(gradient, gScale), h: step(p.hessians[row]!, hScale) };
    });
  }

  const plus = (a: Sums, b: Sums): Sums => ({ g: a.g + b.g, h: a.h + b.h });
  const nothing: Sums = { g: 0, h: 0 };
  const sumOf = (rows: readonly number[]) => rows.reduce((sum, row) => plus(sum, steps[row]!), nothing);

  function weightOf(sums: Sums, [lower, upper]: Bounds): number {
    const [g, h] = [sums.g / gScale, sums.h / hScale];
    if (h <= 0 || h < p.minChildWeight) return 0;
    const shrunken = Math.sign(g) * Math.max(0, Math.abs(g) - p.regAlpha);
    const free = -shrunken / (h + p.regLambda);
    const limit = p.maxDeltaStep > 0 ? p.maxDeltaStep : Number.POSITIVE_INFINITY;
    const limited = Math.min(Math.max(free, -limit), limit);
    return Math.min(Math.max(limited, lower), upper);
  }

  /** Twice the loss that the node's weight takes away. Where no weight is bounded, that of the best weight, in short. */
  function scoreOf(sums: Sums, bounds: Bounds): number {
    const [g, h] = [sums.g / gScale, sums.h / hScale];
    if (h <= 0) return 0;
    if (p.maxDeltaStep === 0 && p.monotone === null) {
      const shrunken = Math.max(0, Math.abs(g) - p.regAlpha);
      return (shrunken * shrunken) / (h + p.regLambda);
    }
    const weight = weightOf(sums, bounds);
    return -(2 * g * weight + (h + p.regLambda) * weight * weight + 2 * p.regAlpha * Math.abs(weight));
  }

  function featuresOf({ depth, key }: Place): readonly number[] {
    const [ofTree, ofDepth, ofNode] = p.featuresDrawn;
    const all = p.columns.map((_, f) => f);
    const depthKey = mix((p.seed + BigInt(depth + 1) * TREE) & WORD);
    return draw(draw(draw(all, ofTree, mix(p.seed ^ TREE)), ofDepth, depthKey), ofNode, key);
  }

  /**
   * All splits of a feature that are allowed, in the order in which equal ones are preferred: missing values right, the
   * lowest bin first; then missing values left, the highest bin first, where bin -1 parts them from all others.
   */
  function splitsOf(rows: readonly number[], feature: number, whole: Sums, bounds: Bounds) {
    const { codes, valueBins, hasMissing } = p.columns[feature]!;
    const sign = p.monotone?.[feature] ?? 0;
    const inBin = Array.from({ length: valueBins + 1 }, () => nothing);
    for (const row of rows) inBin[codes[row]!] = plus(inBin[codes[row]!]!, steps[row]!);
    const missing = hasMissing ? inBin[valueBins]! : nothing;
    const isMissed = missing.h > 0;

    const judge = (bin: number, defaultLeft: boolean, left: Sums) => {
      const right = { g: whole.g - left.g, h: whole.h - left.h };
      const isForbidden = sign * weightOf(left, bounds) > sign * weightOf(right, bounds);
      if (left.h < least || right.h < least || isForbidden) return [];
      return [{ bin, defaultLeft, score: scoreOf(left, bounds) + scoreOf(right, bounds) }];
    };
    const from = (first: number, end: number, start: Sums, defaultLeft: boolean) => {
      let left = start;
      return Array.from({ length: Math.max(0, end - first) }, (_, i) => {
        left = plus(left, inBin[first + i] ?? nothing);
        return judge(first + i, defaultLeft, left);
      }).flat();
    };
    const missingRight = from(0, isMissed ? valueBins : valueBins - 1, nothing, false);
    const missingLeft = isMissed ? from(-1, valueBins - 1, missing, true) : [];
    return [...missingRight, ...missingLeft.reverse()];
  }

  function bestSplit(rows: readonly number[], sums: Sums, place: Place): ReferenceSplit | undefined {
    if (place.depth >= p.maxDepth || rows.length < 2 || sums.h < 2 * least) return undefined;
    const own = scoreOf(sums, place.bounds);
    const splits = featuresOf(place).flatMap((feature) =>
      splitsOf(rows, feature, sums, place.bounds).map((split) => ({ ...split, feature })),
    );
    const score = Math.max(...splits.map((split) => split.score));
    const best = splits.find((split) => split.score === score);
    if (best === undefined) return undefined;
    const gain = score - own;
    if (gain <= LEAST_GAIN || gain < p.gamma) return undefined;
    return { feature: best.feature, bin: best.bin, defaultLeft: best.defaultLeft, gain };
  }

  const places = new Map<ReferenceNode, Place>();
  function makeNode(rows: readonly number[], place: Place): ReferenceNode {
    const sums = sumOf(rows);
    const weight = weightOf(sums, place.bounds);
    const split = bestSplit(rows, sums, place);
    const node = { rows, ...sums, depth: place.depth, weight, split, children: undefined };
    places.set(node, place);
    return node;
  }

  function childrenOf(node: ReferenceNode, { feature, bin, defaultLeft }: ReferenceSplit) {
    const { depth, bounds, key } = places.get(node)!;
    const { codes, valueBins } = p.columns[feature]!;
    const goesLeft = (row: number) => (codes[row] === valueBins ? defaultLeft : codes[row]! <= bin);
    const sides = [node.rows.filter(goesLeft), node.rows.filter((row) => !goesLeft(row))] as const;
    const sign = p.monotone?.[feature] ?? 0;
    const middle = (weightOf(sumOf(sides[0]), bounds) + weightOf(sumOf(sides[1]), bounds)) / 2;
    const low: Bounds = [bounds[0], middle];
    const high: Bounds = [middle, bounds[1]];
    const [left, right] = sign === 0 ? [bounds, bounds] : sign > 0 ? [low, high] : [high, low];
    return [
      makeNode(sides[0], { depth: depth + 1, bounds: left, key: mix(key ^ LEFT) }),
      makeNode(sides[1], { depth: depth + 1, bounds: right, key: mix(key ^ RIGHT) }),
    ] as const;
  }

  /** Open nodes in the order in which they were made. */
  function next(open: readonly ReferenceNode[]): ReferenceNode {
    if (p.policy !== "best") return open[0]!;
    const gain = Math.max(...open.map((node) => node.split!.gain));
    return open.find(({ split }) => split!.gain === gain)!;
  }

  const everything = p.gradients.map((_, row) => row);
  const root = makeNode(everything, {
    depth: 0,
    bounds: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    key: mix(p.seed ^ LEFT),
  });
  const isOpen = (node: ReferenceNode) => node.split !== undefined;
  let open = [root].filter(isOpen);
  for (let leaves = 1; open.length > 0 && leaves < p.maxLeaves; leaves++) {
    const node = next(open);
    node.children = childrenOf(node, node.split!);
    open = [...open.filter((other) => other !== node), ...node.children.filter(isOpen)];
  }
  return { root, steps, hessianScale: hScale };
}
