/** The definition of `growTree`, plain and slow: no codes, no caches, no budget; every split is summed afresh. */

export interface ReferenceProblem {
  /** [feature][row of the parent]. */
  readonly columns: readonly (readonly number[])[];
  readonly rows: readonly number[];
  /** By row of the parent: class, or target. */
  readonly targets: readonly number[];
  /** 0: regression. */
  readonly nClasses: number;
  readonly weights?: readonly number[] | undefined;
  readonly classWeights?: readonly number[] | "balanced" | undefined;
  readonly draws: number;
  readonly seed: bigint;
  readonly criterion: "gini" | "entropy" | "squaredError";
  readonly maxDepth: number;
  readonly minSamplesSplit: number;
  readonly minSamplesLeaf: number;
  readonly maxFeatures: number;
  /** One random threshold of each feature, instead of all boundaries. */
  readonly random?: boolean;
}

export interface ReferenceTree {
  feature: number[];
  threshold: number[];
  right: number[];
  start: number[];
  count: number[];
  weight: number[];
  impurity: number[];
  mean: number[];
  samples: number[];
  draws: number[];
}

const WORD = (1n << 64n) - 1n;
const LEFT = 0x632be59bd9b4e019n;
const RIGHT = 0xd1342543de82ef95n;

export function mix(x: bigint): bigint {
  let z = x;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & WORD;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & WORD;
  return z ^ (z >> 31n);
}

/** splitmix64. */
export function stream(seed: bigint) {
  let state = seed;
  const next = () => {
    state = (state + 0x9e3779b97f4a7c15n) & WORD;
    return mix(state);
  };
  return {
    uniform: () => Number(next() >> 11n) / 2 ** 53,
    bounded(range: number): number {
      const r = BigInt(range);
      for (;;) {
        const product = (next() >> 32n) * r;
        if ((product & 0xffffffffn) >= (1n << 32n) % r) return Number(product >> 32n);
      }
    },
  };
}

/** How often each of n positions is drawn. */
function bootstrapReference(n: number, draws: number, seed: bigint, weights?: readonly number[]): number[] {
  const random = stream(seed);
  const counts = new Array<number>(n).fill(0);
  const cumulative: number[] = [];
  let total = 0;
  for (const w of weights ?? []) cumulative.push((total += w));
  for (let d = 0; d < draws; d++) {
    if (weights) {
      const x = random.uniform() * total;
      const hit = cumulative.findIndex((c) => c > x);
      counts[hit >= 0 ? hit : weights.findLastIndex((w) => w > 0)]!++;
    } else {
      counts[random.bounded(n)]!++;
    }
  }
  return counts;
}

/** log2 by the series of atanh on [sqrt(1/2), sqrt(2)): the same operations as the kernel's, and the same bits. */
export function log2Reference(x: number): number {
  let m = x;
  let e = 0;
  while (m >= 2) [m, e] = [m / 2, e + 1];
  while (m < 1) [m, e] = [m * 2, e - 1];
  if (m >= Math.SQRT2) [m, e] = [m / 2, e + 1];
  const s = (m - 1) / (m + 1);
  let sum = 1 / 23;
  for (let d = 21; d >= 1; d -= 2) sum = sum * (s * s) + 1 / d;
  return e + s * sum * 2.8853900817779268;
}
const xlog2 = (x: number) => (x > 0 ? x * log2Reference(x) : 0);

/** n log2 n in units of 2^-30, to the even integer in a tie. */
export function entropyUnits(n: number): bigint {
  const x = n === 0 ? 0 : n * log2Reference(n) * 2 ** 30;
  const floor = Math.floor(x);
  const up = x - floor > 0.5 || (x - floor === 0.5 && floor % 2 === 1);
  return BigInt(floor + (up ? 1 : 0));
}

const middleOf = (low: number, high: number) => {
  const middle = (low + high) / 2;
  return middle >= low && middle < high ? middle : low;
};

interface Sample {
  readonly position: number;
  readonly row: number;
  readonly weight: number;
  readonly target: number;
}

export function growTreeReference(p: ReferenceProblem): ReferenceTree {
  const exact = p.nClasses > 0 && !p.classWeights && (p.draws > 0 || !p.weights);
  const nFeatures = p.columns.length;
  const draws = p.draws > 0 ? bootstrapReference(p.rows.length, p.draws, p.seed, p.weights) : [];

  function bag(): Sample[] {
    const counts = p.draws > 0 ? draws : p.rows.map(() => 1);
    const drawnOf = new Array<number>(p.nClasses).fill(0);
    if (p.nClasses > 0) for (const [i, row] of p.rows.entries()) drawnOf[p.targets[row]!]! += counts[i]!;
    const present = drawnOf.filter((d) => d > 0).length;
    const drawn = counts.reduce((a, b) => a + b, 0);
    return p.rows
      .map((row, position) => {
        const target = p.targets[row]!;
        let weight = p.draws > 0 ? counts[position]! : (p.weights?.[position] ?? 1);
        if (p.classWeights === "balanced") weight *= drawn / (present * drawnOf[target]!);
        else if (p.classWeights) weight *= p.classWeights[target]!;
        return { position, row, weight, target };
      })
      .filter((s, i) => counts[i]! > 0 && s.weight > 0);
  }

  const weightOf = (side: readonly Sample[]) => side.reduce((sum, s) => sum + s.weight, 0);
  const classWeights = (side: readonly Sample[]) => {
    const of = new Array<number>(p.nClasses).fill(0);
    for (const s of side) of[s.target]! += s.weight;
    return of;
  };
  const units = (of: readonly number[]) => of.reduce((sum, w) => sum + entropyUnits(w), 0n);
  const squares = (of: readonly number[]) => of.reduce((sum, w) => sum + w * w, 0);
  const logs = (of: readonly number[]) => of.reduce((sum, w) => sum + xlog2(w), 0);

  function facts(node: readonly Sample[]) {
    const weight = weightOf(node);
    const pure = node.every((s) => s.target === node[0]!.target);
    const of = classWeights(node);
    let impurity: number;
    let mean = 0;
    if (p.nClasses === 0) {
      mean = pure ? node[0]!.target : node.reduce((sum, s) => sum + s.weight * s.target, 0) / weight;
      impurity = node.reduce((sum, s) => sum + s.weight * s.target * s.target, 0) / weight - mean * mean;
    } else if (exact && p.criterion === "entropy") {
      impurity = Number(entropyUnits(weight) - units(of)) / (2 ** 30 * weight);
    } else if (p.criterion === "entropy") {
      impurity = (xlog2(weight) - logs(of)) / weight;
    } else {
      impurity = 1 - squares(of) / (weight * weight);
    }
    if (!exact && (pure || impurity < 0)) impurity = 0;
    return { weight, impurity, mean, pure: pure || (!exact && impurity <= Number.EPSILON) };
  }

  /** The gain of each boundary between two values of a feature, in ascending order; undefined where it is constant. */
  function boundaries(node: readonly Sample[], feature: number) {
    const column = p.columns[feature]!;
    const values = [...new Set(node.map((s) => column[s.row]! + 0))].sort((a, b) => a - b);
    if (values.length === 1) return undefined;
    const runs = values.map((v) => node.filter((s) => column[s.row] === v));
    const found: { gain: number | bigint; low: number; threshold: number }[] = [];
    const total = { weight: weightOf(node), of: classWeights(node), moment: momentOf(node) };
    const left = { weight: 0, of: new Array<number>(p.nClasses).fill(0), moment: 0, count: 0 };
    runs.slice(0, -1).forEach((run, i) => {
      left.count += run.length;
      left.weight += weightOf(run);
      left.moment += momentOf(run);
      const ofRun = classWeights(run);
      left.of = left.of.map((w, c) => w + ofRun[c]!);
      const right = {
        weight: total.weight - left.weight,
        moment: total.moment - left.moment,
        of: total.of.map((w, c) => w - left.of[c]!),
      };
      if (left.count < p.minSamplesLeaf || node.length - left.count < p.minSamplesLeaf || !(right.weight > 0)) return;
      found.push({ gain: gainOf(left, right), low: values[i]!, threshold: middleOf(values[i]!, values[i + 1]!) });
    });
    return found;
  }
  /** The gain at one random threshold; none where a side is too small, undefined where the feature is constant. */
  function atRandom(node: readonly Sample[], feature: number, uniform: () => number) {
    const column = p.columns[feature]!;
    const values = node.map((s) => column[s.row]! + 0);
    const [least, greatest] = [Math.min(...values), Math.max(...values)];
    if (least === greatest) return undefined;
    const u = uniform();
    const drawn = (1 - u) * least + u * greatest;
    const threshold = drawn >= least && drawn < greatest ? drawn : least;
    const side = node.filter((s) => column[s.row]! <= threshold);
    const total = { weight: weightOf(node), of: classWeights(node), moment: momentOf(node) };
    const left = { weight: weightOf(side), of: classWeights(side), moment: momentOf(side) };
    const right = {
      weight: total.weight - left.weight,
      moment: total.moment - left.moment,
      of: total.of.map((w, c) => w - left.of[c]!),
    };
    const small = side.length < p.minSamplesLeaf || node.length - side.length < p.minSamplesLeaf;
    return small || !(right.weight > 0) ? [] : [{ gain: gainOf(left, right), low: threshold, threshold }];
  }
  type Side = { weight: number; of: number[]; moment: number };
  const momentOf = (side: readonly Sample[]) => side.reduce((sum, s) => sum + s.weight * s.target, 0);
  function gainOf(left: Side, right: Side): number | bigint {
    if (p.nClasses === 0) return left.moment ** 2 / left.weight + right.moment ** 2 / right.weight;
    if (p.criterion === "gini") return squares(left.of) / left.weight + squares(right.of) / right.weight;
    if (exact) return units(left.of) + units(right.of) - entropyUnits(left.weight) - entropyUnits(right.weight);
    return logs(left.of) - xlog2(left.weight) + (logs(right.of) - xlog2(right.weight));
  }

  /** Whether both sides are pure. */
  function separates(node: readonly Sample[], feature: number, low: number): boolean {
    const side = (left: boolean) => node.filter((s) => p.columns[feature]![s.row]! <= low === left);
    return [side(true), side(false)].every((samples) => new Set(samples.map((s) => s.target)).size === 1);
  }

  function bestSplit(node: readonly Sample[], key: bigint) {
    const random = stream(key);
    const left = p.columns.map((_, f) => f);
    let best: { gain: number | bigint; feature: number; low: number; threshold: number } | undefined;
    let varied = 0;
    for (let visited = 0; visited < nFeatures && (visited < p.maxFeatures || varied === 0); visited++) {
      const drawn = p.maxFeatures === nFeatures ? visited : visited + random.bounded(nFeatures - visited);
      [left[visited], left[drawn]] = [left[drawn]!, left[visited]!];
      const feature = left[visited]!;
      const found = p.random ? atRandom(node, feature, random.uniform) : boundaries(node, feature);
      if (found) varied++;
      for (const split of found ?? []) if (!best || split.gain > best.gain) best = { ...split, feature };
      if (best && separates(node, best.feature, best.low)) break;
    }
    return best;
  }

  const tree: ReferenceTree = {
    feature: [], threshold: [], right: [], start: [], count: [], weight: [], impurity: [], mean: [], samples: [], draws,
  }; // biome-ignore format: one list

  function grow(node: readonly Sample[], start: number, depth: number, key: bigint): void {
    const id = tree.feature.length;
    const { weight, impurity, mean, pure } = facts(node);
    tree.feature.push(-1);
    tree.threshold.push(0);
    tree.right.push(0);
    tree.start.push(start);
    tree.count.push(node.length);
    tree.weight.push(weight);
    tree.impurity.push(impurity);
    if (p.nClasses === 0) tree.mean.push(mean);
    const small = node.length < p.minSamplesSplit || node.length < 2 * p.minSamplesLeaf;
    const best = pure || small || depth >= p.maxDepth ? undefined : bestSplit(node, key);
    if (!best) {
      tree.samples.push(...node.map((s) => s.position));
      return;
    }
    tree.feature[id] = best.feature;
    tree.threshold[id] = best.threshold;
    const column = p.columns[best.feature]!;
    const left = node.filter((s) => column[s.row]! <= best.low);
    const right = node.filter((s) => column[s.row]! > best.low);
    grow(left, start, depth + 1, mix(key ^ LEFT));
    tree.right[id] = tree.feature.length;
    grow(right, start + left.length, depth + 1, mix(key ^ RIGHT));
  }
  const root = bag();
  if (root.length > 0) grow(root, 0, 0, mix(p.seed ^ LEFT));
  return tree;
}
