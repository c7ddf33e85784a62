/** What the kernels of the family "linear" must compute, bit for bit: every cell visited, one sum after the other. */

export interface LinearTable {
  /** Values of the meant rows. */
  readonly X: readonly (readonly number[])[];
  /** [feature][output], the intercepts last. */
  readonly weights: readonly (readonly number[])[];
  readonly outputs: number;
}

export interface LogisticProblem extends LinearTable {
  readonly targets: readonly number[];
  readonly sampleWeights: readonly number[];
  readonly blockRows: number;
}

/** Scores of each row. */
export function linearScores({ X, weights, outputs }: LinearTable): number[][] {
  return X.map((row) =>
    Array.from({ length: outputs }, (_, k) => {
      let dot = 0;
      row.forEach((x, j) => {
        dot += x * weights[j]![k]!;
      });
      return dot + weights[row.length]![k]!;
    }),
  );
}

/** For each block of rows the gradient, laid out as the weights, and the loss. */
export function logisticLoss(problem: LogisticProblem): { gradient: number[][]; loss: number }[] {
  const { X, weights, outputs, targets, sampleWeights, blockRows } = problem;
  const scores = linearScores(problem);
  return Array.from({ length: Math.ceil(X.length / blockRows) }, (_, block) => {
    const gradient = weights.map(() => new Array<number>(outputs).fill(0));
    let loss = 0;
    for (let i = block * blockRows; i < Math.min(X.length, (block + 1) * blockRows); i++) {
      const weight = sampleWeights[i]!;
      if (weight === 0) continue;
      // One output scores the second of two classes, the first having score 0.
      const z = outputs === 1 ? [0, scores[i]![0]!] : scores[i]!;
      const top = z.indexOf(Math.max(...z));
      const others = z.map((one, k) => (k === top ? 0 : exp(one - z[top]!))).reduce((sum, e) => sum + e, 0);
      loss += weight * (log1p(others) + (z[top]! - z[targets[i]!]!));
      const slopes = z.map((one, k) => {
        const share = (weight * (k === top ? 1 : exp(one - z[top]!))) / (1 + others);
        return k === targets[i] ? share - weight : share;
      });
      if (outputs === 1) slopes.shift();
      [...X[i]!, 1].forEach((x, j) => {
        slopes.forEach((slope, k) => {
          gradient[j]![k]! += x * slope;
        });
      });
    }
    return { gradient, loss };
  });
}

/** The softmax of each row, or the logistic function of -z and z where there is one output. */
export function probabilities(scores: readonly (readonly number[])[]): number[][] {
  const logistic = (z: number) => (z > 0 ? 1 : exp(-Math.abs(z))) / (1 + exp(-Math.abs(z)));
  return scores.map((z) => {
    if (z.length === 1) return [logistic(-z[0]!), logistic(z[0]!)];
    const top = z.indexOf(Math.max(...z));
    const powers = z.map((one, k) => (k === top ? 1 : exp(one - z[top]!)));
    const total = 1 + powers.reduce((sum, e, k) => (k === top ? sum : sum + e), 0);
    return powers.map((e) => e / total);
  });
}

/** fdlibm's e_exp.c for x <= 0. */
export function exp(x: number): number {
  if (x < -745.2) return 0;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const high = x - k * 0.6931471803691238;
  const low = k * 1.9082149292705877e-10;
  const r = high - low;
  const t = r * r;
  const P = [
    0.16666666666666602, -0.0027777777777015593, 6.613756321437934e-5, -1.6533902205465252e-6,
    4.1381367970572385e-8,
  ]; // biome-ignore format: one list
  const c = r - t * P.reduceRight((sum, coefficient) => coefficient + t * sum, 0);
  const y = 1 - (low - (r * c) / (2 - c) - high);
  const half = Math.floor(k / 2);
  return y * 2 ** half * 2 ** (k - half);
}

/** log(1 + s) for s >= 0, by the series of log2 that trees use. */
export function log1p(s: number): number {
  const u = 1 + s;
  return u === 1 ? s : (log2(u) * Math.LN2 * s) / (u - 1);
}

/** log2 of a number >= 1. */
export function log2(x: number): number {
  let e = 0;
  let m = x;
  while (m >= Math.SQRT2) {
    m /= 2;
    e++;
  }
  const s = (m - 1) / (m + 1);
  let sum = 1 / 23;
  for (let d = 21; d >= 1; d -= 2) sum = sum * s * s + 1 / d;
  return e + s * sum * 2.8853900817779268;
}
