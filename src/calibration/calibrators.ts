import { arrayOf, recordOf, type Shape, thatIs } from "../core/model-shape.js";

/** 1 / (1 + exp(slope * score + offset)), Platt's A and B. */
export interface Sigmoid {
  readonly kind: "sigmoid";
  readonly slope: number;
  readonly offset: number;
}

/** Linear between the thresholds, level beyond them. */
export interface Isotonic {
  readonly kind: "isotonic";
  /** Thresholds, strictly ascending. */
  readonly scores: Float64Array;
  /** The probability at each, never falling. */
  readonly values: Float64Array;
}

/** How scores become probabilities of one class. */
export type Calibrator = Sigmoid | Isotonic;

/** The probability of each score. */
export function calibrated(calibrator: Calibrator, scores: Float64Array): Float64Array {
  if (calibrator.kind === "isotonic") return scores.map((score) => interpolated(calibrator, score));
  const { slope, offset } = calibrator;
  return scores.map((score) => 1 / (1 + Math.exp(slope * score + offset)));
}

function interpolated({ scores, values }: Isotonic, score: number): number {
  if (score <= scores[0]!) return values[0]!;
  if (score >= scores.at(-1)!) return values.at(-1)!;
  let [low, high] = [0, scores.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (scores[middle]! < score) low = middle;
    else high = middle;
  }
  const slope = (values[high]! - values[low]!) / (scores[high]! - scores[low]!);
  return slope * (score - scores[low]!) + values[low]!;
}

const isProbability = (value: number) => value >= 0 && value <= 1;

const sigmoidShape = recordOf({
  kind: thatIs('"sigmoid"', (value) => value === "sigmoid"),
  slope: thatIs("a finite number", Number.isFinite),
  offset: thatIs("a finite number", Number.isFinite),
});

const isotonicShape = recordOf({
  kind: thatIs('"isotonic"', (value) => value === "isotonic"),
  scores: arrayOf(Float64Array, undefined, Number.isFinite),
  values: arrayOf(Float64Array, undefined, isProbability),
});

/** What a stored calibrator must be like. */
export const calibratorShape: Shape = (value) => {
  const isIsotonic = typeof value === "object" && value !== null && "kind" in value && value.kind === "isotonic";
  if (!isIsotonic) return sigmoidShape(value);
  const wrong = isotonicShape(value);
  if (wrong !== null) return wrong;
  const { scores, values } = value as unknown as Isotonic;
  const ascends = scores.length > 0 && scores.every((score, i) => i === 0 || score > scores[i - 1]!);
  return ascends && values.length === scores.length ? null : " is no ascending curve";
};
