/** Binning as plainly as can be. */

export interface ReferenceBins {
  readonly cuts: number[];
  readonly codes: number[];
  readonly distinct: number;
  /** The most frequent code, the lowest of several, and its rows. */
  readonly mode: number;
  readonly modeRows: number;
}

/** Bins of one column of f32 values, NaN = missing. */
export function referenceBins(
  column: readonly number[],
  maxBin: number,
  weights: readonly number[] | null = null,
): ReferenceBins {
  const weightOf = new Map<number, number>();
  for (const [row, value] of column.entries()) {
    if (Number.isNaN(value)) continue;
    weightOf.set(value + 0, (weightOf.get(value + 0) ?? 0) + (weights?.[row] ?? 1));
  }
  const values = [...weightOf.keys()].sort((a, b) => a - b);
  const begins = values.length <= maxBin ? values : chooseBegins(values, weightOf, maxBin);
  const cuts = begins.slice(1);
  const greatest = values.at(-1);
  if (greatest !== undefined) {
    const above = Math.fround(greatest + Math.fround(Math.abs(greatest) + Math.fround(1e-5)));
    cuts.push(Math.min(above, 3.4028234663852886e38));
  }
  const codeOf = new Map<number, number>();
  let code = -1;
  for (const value of values) codeOf.set(value, value === begins[code + 1] ? ++code : code);
  const codes = column.map((value) => (Number.isNaN(value) ? begins.length : codeOf.get(value + 0)!));
  const rowsOf = new Array<number>(begins.length + 1).fill(0);
  for (const code of codes) rowsOf[code]!++;
  const modeRows = Math.max(...rowsOf);
  return { cuts, codes, distinct: values.length, mode: rowsOf.indexOf(modeRows), modeRows };
}

/**
 * Frequent values have bins of their own as long as there are bins for all of them; of the others, each bin is asked
 * for its fair share of what no finished bin holds.
 */
function chooseBegins(values: readonly number[], weightOf: ReadonlyMap<number, number>, maxBin: number): number[] {
  const weights = values.map((value) => weightOf.get(value)!);
  const total = sum(weights);
  const isFrequent = (i: number) => total > 0 && weights[i]! >= total / maxBin;
  const frequent = values.flatMap((_, i) => (isFrequent(i) ? [i] : []));
  const frequentFrom = (at: number) => frequent.filter((i) => i >= at).length;
  let rest = sum(weights.filter((_, i) => !isFrequent(i)));
  const begins: number[] = [];
  let heavyBefore = false;
  for (let at = 0; at < values.length; ) {
    const binsLeft = maxBin - begins.length;
    begins.push(values[at]!);
    let open = 0;
    let holdsFrequent = false;
    let holdsHeavy = heavyBefore;
    let cut: boolean;
    /** As the open bin stands, before it takes value `at`. */
    const fairShare = () => {
      const forOthers = binsLeft - frequentFrom(at) - (holdsFrequent ? 1 : 0);
      return forOthers > 0 ? rest / forOthers : Number.POSITIVE_INFINITY;
    };
    do {
      const weight = weights[at]!;
      if (isFrequent(at) || weight >= fairShare()) holdsHeavy = true;
      if (isFrequent(at)) holdsFrequent = true;
      else open += weight;
      at++;
      if (at === values.length) break;
      const next = weights[at]!;
      heavyBefore = isFrequent(at) || next >= fairShare();
      const wanted = holdsHeavy || heavyBefore || open + 0.5 * next > fairShare();
      const binsForFrequent = binsLeft - 1 - (isFrequent(at) ? 0 : 1);
      const possible = binsLeft > 1 && binsForFrequent >= frequentFrom(at);
      cut = values.length - at < binsLeft || (wanted && possible);
    } while (!cut);
    rest -= open;
  }
  return begins;
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
