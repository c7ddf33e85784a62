import type { AnyEstimator } from "../core/estimator.js";
import type { FoldScore } from "./score-folds.js";
import { fromUnit, type OpenJournal, toUnit, unitKey } from "./search-journal.js";

/** The candidates that are left to be scored on a fold, ascending. */
export type CandidatesOf = (fold: number) => readonly number[];

/**
 * The scores of all candidates on all folds: first those that the journal knows, then the others as they come, each only once
 * the journal has kept it. What is known is not scored again.
 *
 * @param numbers of the candidates, as the journal tells them
 * @param rows names the rows that the folds are made of
 * @param scoreRest scores what is left
 */
export async function* journaledScores(
  journal: OpenJournal,
  candidates: readonly AnyEstimator[],
  numbers: readonly number[],
  rows: string,
  folds: number,
  scoreRest: (candidatesOf: CandidatesOf) => AsyncGenerator<readonly FoldScore[]>,
): AsyncGenerator<readonly FoldScore[]> {
  const left: number[][] = [];
  for (let fold = 0; fold < folds; fold++) {
    const units = candidates.map((candidate) => journal.find(unitKey(candidate, rows, fold)));
    left.push([...units.keys()].filter((i) => units[i] === undefined));
    yield units.flatMap((unit, i) => (unit === undefined ? [] : [fromUnit(unit, i)]));
  }
  for await (const batch of scoreRest((fold) => left[fold]!)) {
    const keyOf = ({ candidate, fold }: FoldScore) => unitKey(candidates[candidate]!, rows, fold);
    await journal.append(batch.map((one) => toUnit(keyOf(one), numbers[one.candidate]!, one)));
    yield batch;
  }
}
