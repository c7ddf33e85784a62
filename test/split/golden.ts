import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Label } from "../../src/core/labels.js";
import type { Split } from "../../src/split/splitter.js";

/** A list of row numbers, or the digest of a long one. */
export type Indices = readonly number[] | string;
type Sides = readonly [train: Indices, test: Indices];

interface Sizes {
  readonly testSize: number | null;
  readonly trainSize: number | null;
  readonly randomState: number;
}

/** What test/golden/make/splits.py writes. */
export interface Golden {
  readonly labels: Readonly<Record<string, readonly Label[]>>;
  readonly randomState: readonly {
    readonly seed: number;
    readonly first: readonly number[];
    readonly all: string;
    readonly permutations: Readonly<Record<string, Indices>>;
  }[];
  readonly kFold: readonly { n: number; nSplits: number; randomState: number | null; splits: readonly Sides[] }[];
  readonly stratifiedKFold: readonly {
    readonly labels: string;
    readonly nSplits: number;
    readonly randomState: number | null;
    readonly warns: boolean;
    readonly splits: readonly Sides[] | "error";
  }[];
  readonly shuffleSplit: readonly (Sizes & { n: number; nSplits: number; splits: readonly Sides[] })[];
  readonly stratifiedShuffleSplit: readonly (Sizes & { labels: string; splits: readonly Sides[] | "error" })[];
  readonly approximateMode: readonly { counts: number[]; draws: number; seed: number; drawn: number[] }[];
  readonly trainTestSplit: readonly (Sizes & { n: number; shuffle: boolean; stratify: string | null; split: Sides })[];
  readonly sizes: readonly (readonly [
    n: number,
    testSize: number | null,
    trainSize: number | null,
    sizes: readonly [number, number] | 0,
  ])[];
  readonly checkCv: readonly { cv: number | null; y: Label[] | null; classifier: boolean; kind: string }[];
}

export const golden: Golden = JSON.parse(readFileSync(new URL("../golden/splits.json", import.meta.url), "utf8"));

/** Row numbers as the goldens keep them. */
export function kept(indices: ArrayLike<number>): Indices {
  if (indices.length <= 12) return Array.from(indices);
  const bytes = new DataView(new ArrayBuffer(indices.length * 4));
  for (let i = 0; i < indices.length; i++) bytes.setUint32(i * 4, indices[i]!, true);
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}

export function keptSplits(splits: Iterable<Split>): Sides[] {
  return Array.from(splits, ({ train, test }) => [kept(train), kept(test)] as const);
}
