import { readFileSync } from "node:fs";
import type { BoostedTree } from "../../src/boosting/boosted-tree.js";
import { objectives } from "../../src/boosting/objectives.js";
import type { XGBoostModel } from "../../src/exchange/xgboost-model.js";

/** What XGBoost says of held-out rows. Null is a missing value. */
interface Answers {
  readonly rows: readonly (readonly (number | null)[])[];
  readonly margins: readonly (readonly number[])[];
  readonly predictions: readonly (readonly number[])[];
}

const golden = (path: string) => new URL(`../golden/${path}`, import.meta.url);

export const answers: Readonly<Record<string, Answers>> = JSON.parse(readFileSync(golden("xgboost.json"), "utf8"));

/** The models that have answers. */
export const names = Object.keys(answers);

/** A file that XGBoost saved. */
export const fileOf = (name: string): Uint8Array => new Uint8Array(readFileSync(golden(`xgboost/${name}`)));

/** The text of a file with one place changed. */
export function changed(name: string, from: string | RegExp, to: string): string {
  const text = new TextDecoder().decode(fileOf(`${name}.json`));
  const other = text.replace(from, to);
  if (other === text) throw new Error(`${from} does not occur in ${name}`);
  return other;
}

/** Margins of rows, walked one by one in the simplest way. */
export function marginsOf(model: XGBoostModel, rows: Answers["rows"]): number[][] {
  return rows.map((row) => {
    const margins = Array.from(model.baseMargin);
    model.trees.forEach((tree, t) => {
      const output = t % margins.length;
      margins[output] = Math.fround(margins[output]! + leafOf(tree, row));
    });
    return margins;
  });
}

function leafOf(tree: BoostedTree, row: readonly (number | null)[]): number {
  let node = 0;
  while (tree.feature[node]! >= 0) {
    const value = row[tree.feature[node]!]!;
    const left = value === null ? tree.defaultLeft[node] === 1 : Math.fround(value) < tree.threshold[node]!;
    node = left ? node + 1 : tree.right[node]!;
  }
  return tree.value[node]!;
}

/** What XGBoost calls predictions, of margins. */
export function predictionsOf({ objective }: XGBoostModel, margins: readonly (readonly number[])[]): number[][] {
  const { predictions } = objectives[objective];
  return margins.map((row) => Array.from(predictions(Float32Array.from(row), row.length)));
}

/** The largest distance between numbers, relative to those greater than 1. */
export function distance(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  const flat = b.flat();
  return Math.max(...a.flat().map((x, i) => Math.abs(x - flat[i]!) / Math.max(1, Math.abs(flat[i]!))));
}
