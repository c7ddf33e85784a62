import { InvalidDataError } from "../core/errors.js";
import type { LabelsLike } from "../core/labels.js";
import { checkedKFoldOptions, type KFoldOptions } from "./k-fold.js";
import { checkEnoughRows, randomStateFrom, type Split, type Splitter, splitsByFold } from "./splitter.js";
import { checkDiscrete, classesOf } from "./strata.js";

export interface StratifiedKFoldOptions extends KFoldOptions {
  /** Told, in one sentence, when the smallest class has fewer members than there are folds. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

/**
 * K-fold cross-validation that keeps the proportions of the classes in every fold: the counts of a class differ by at
 * most one between folds, and so do the sizes of the folds. The classes' names do not matter, only which rows share
 * one. The same integer `randomState` gives the folds of scikit-learn's `StratifiedKFold`.
 *
 * @throws InvalidParameterError for an option out of range; `split` throws InvalidDataError without labels, for labels
 * that are not classes (fractions), for fewer rows than folds, and if every class has fewer members than there are folds
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.StratifiedKFold.html
 */
export class StratifiedKFold implements Splitter {
  readonly nSplits: number;
  readonly shuffle: boolean;
  readonly randomState: number | null;
  private readonly warn: (message: string) => void;

  constructor({ onWarning, ...options }: StratifiedKFoldOptions = {}) {
    const checked = checkedKFoldOptions(options, "StratifiedKFold");
    this.nSplits = checked.nSplits;
    this.shuffle = checked.shuffle;
    this.randomState = checked.randomState;
    this.warn = onWarning ?? ((message) => console.warn(message));
  }

  split(nRows: number, y?: LabelsLike | null): Iterable<Split> {
    checkEnoughRows(nRows, this.nSplits, "StratifiedKFold");
    const { codes, counts } = classesOf(y, nRows, "StratifiedKFold");
    checkDiscrete(y!, "StratifiedKFold");
    const smallest = Math.min(...counts);
    const largest = Math.max(...counts);
    if (largest < this.nSplits) {
      throw new InvalidDataError(
        `StratifiedKFold needs a class with at least nSplits (${this.nSplits}) members; the largest has ${largest}`,
      );
    }
    if (smallest < this.nSplits) {
      this.warn(
        `The smallest class in y has ${smallest} ${smallest === 1 ? "member" : "members"}, fewer than nSplits (${this.nSplits}) of StratifiedKFold.`,
      );
    }
    return splitsByFold(this.assignFolds(codes, counts), this.nSplits);
  }

  /** The test fold of each row. */
  private assignFolds(codes: Uint32Array, counts: Uint32Array): Uint32Array {
    const random = this.shuffle ? randomStateFrom(this.randomState) : null;
    const order = classesByAppearance(codes, counts.length);

    // The rows, thought of as sorted by class, are dealt to the folds in turn: a class that starts at position p of
    // that order gives its first row to fold p % nSplits, the next to the following fold, and so on.
    const foldsOfClass = new Array<Uint32Array>(counts.length);
    let dealt = 0;
    for (const code of order) {
      const inFold = new Uint32Array(this.nSplits);
      for (let i = 0; i < counts[code]!; i++) inFold[dealt++ % this.nSplits]! += 1;
      // Within a class, neighbouring rows share a fold unless shuffled, so that the order of the data is kept.
      const folds = Uint32Array.from([...inFold].flatMap((count, k) => new Array<number>(count).fill(k)));
      random?.shuffle(folds);
      foldsOfClass[code] = folds;
    }
    const seen = new Uint32Array(counts.length);
    return codes.map((code) => foldsOfClass[code]![seen[code]!++]!);
  }
}

/** The classes' codes in the order in which each first appears. */
function classesByAppearance(codes: Uint32Array, nClasses: number): number[] {
  const order = new Set<number>();
  for (const code of codes) {
    order.add(code);
    if (order.size === nClasses) break;
  }
  return [...order];
}
