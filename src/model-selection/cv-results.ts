/** A candidate's parameters: what the grid patched. */
export type CandidateParams = Readonly<Record<string, unknown>>;

/** Scores of all candidates by one scorer. */
export interface ScoreTable {
  /** Candidates x folds. */
  readonly test: Float64Array;
  readonly train: Float64Array | null;
}

/** One value a candidate. */
export type Column = readonly unknown[] | Float64Array | Int32Array;

/**
 * The results of a search, a row a candidate, with scikit-learn's columns: `mean_test_score`, `std_test_score`,
 * `rank_test_score`, `split0_test_score`, ..., `param_C`, ..., `params`; with several scorers `mean_test_accuracy` and
 * so on. Times are seconds, a candidate's equal share of what its fold took, since shared work has no time of its own.
 */
export class CvResults {
  /** Number of candidates. */
  readonly length: number;
  /** By the names of scikit-learn: `mean_test_score`, `split0_test_score`, `param_C`, `rank_test_score`; one value a candidate. */
  readonly columns: Readonly<Record<string, Column>>;

  /** @internal */
  constructor(
    params: readonly CandidateParams[],
    scores: Readonly<Record<string, ScoreTable>>,
    facts: Readonly<Record<string, readonly unknown[]>>,
    folds: number,
    times: { readonly fit: Float64Array; readonly score: Float64Array } | null,
  ) {
    this.length = params.length;
    const columns: Record<string, Column> = {};
    if (times !== null) {
      summarize(columns, "fit_time", times.fit, folds);
      summarize(columns, "score_time", times.score, folds);
    }
    const paths = [...new Set(params.flatMap((candidate) => Object.keys(candidate)))].sort();
    for (const path of paths) columns[`param_${path}`] = params.map((candidate) => candidate[path]);
    columns.params = params;
    for (const [name, column] of Object.entries(facts)) columns[name] = column;
    const names = Object.keys(scores);
    for (const [name, { test, train }] of Object.entries(scores)) {
      const suffix = names.length === 1 ? "score" : name;
      split(columns, `test_${suffix}`, test, folds);
      columns[`rank_test_${suffix}`] = ranks(columns[`mean_test_${suffix}`] as Float64Array);
      if (train !== null) split(columns, `train_${suffix}`, train, folds);
    }
    this.columns = columns;
  }

  /** Comma-separated values (RFC 4180), a header and a line a candidate; numbers with all their digits. */
  toCsv(): string {
    const names = Object.keys(this.columns);
    const lines = [names.map(cell)];
    for (let i = 0; i < this.length; i++) lines.push(names.map((name) => cell(this.columns[name]![i])));
    return lines.map((line) => `${line.join(",")}\r\n`).join("");
  }
}

/** A cell, quoted where it must be; what a spreadsheet would take for a formula is defused by a leading quote mark. */
function cell(value: unknown): string {
  const text = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function split(columns: Record<string, Column>, name: string, scores: Float64Array, folds: number): void {
  for (let fold = 0; fold < folds; fold++)
    columns[`split${fold}_${name}`] = scores.filter((_, i) => i % folds === fold);
  summarize(columns, name, scores, folds);
}

/** Mean and standard deviation (of the population, as scikit-learn's) over the folds. */
function summarize(columns: Record<string, Column>, name: string, values: Float64Array, folds: number): void {
  const rows = values.length / folds;
  const mean = new Float64Array(rows);
  const std = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const own = values.subarray(i * folds, (i + 1) * folds);
    mean[i] = own.reduce((sum, v) => sum + v, 0) / folds;
    std[i] = Math.sqrt(own.reduce((sum, v) => sum + (v - mean[i]!) ** 2, 0) / folds);
  }
  columns[`mean_${name}`] = mean;
  columns[`std_${name}`] = std;
}

/** 1 for the best; equals share the least of their ranks; NaN comes last. */
export function ranks(scores: Float64Array): Int32Array {
  const value = (i: number) => (Number.isNaN(scores[i]!) ? Number.NEGATIVE_INFINITY : scores[i]!);
  const order = Array.from(scores.keys()).sort((a, b) => value(b) - value(a) || a - b);
  const out = new Int32Array(scores.length);
  for (const [place, i] of order.entries()) {
    const before = order[place - 1];
    out[i] = before !== undefined && value(before) === value(i) ? out[before]! : place + 1;
  }
  return out;
}
