import { durableKeys } from "../core/configuration.js";
import { TrellisError } from "../core/errors.js";
import type { AnyEstimator, TrainingData } from "../core/estimator.js";
import { type Seeds, seedNameOf } from "../core/seeds.js";
import type { Split } from "../split/splitter.js";
import type { Scores } from "./events.js";
import type { FoldScore } from "./score-folds.js";

/** One candidate on one fold, as a journal keeps it. */
export interface JournalUnit {
  /** Names the candidate's whole configuration, the rows and the fold; journals may keep a hash of it. */
  readonly key: string;
  /** Its place among the candidates, from 0. */
  readonly candidate: number;
  /** From 0. */
  readonly fold: number;
  /** By the name of the scorer. */
  readonly scores: Scores;
  readonly trainScores: Scores | null;
  /** Why it failed; null if it did not. */
  readonly error: string | null;
  readonly isLost: boolean;
  /** Seconds. */
  readonly fitTime: number;
  /** Seconds. */
  readonly scoreTime: number;
}

/** What a journal must have been begun with to go on with it. */
export interface JournalSpec {
  /** The search's own name, for errors. */
  readonly owner: string;
  /** Each of these texts must be the same as when the journal was begun; the names are for the error. */
  readonly parts: Readonly<Record<string, string>>;
  readonly data: TrainingData;
  /** Seeds that were drawn for this run; a journal that was begun before has those of then. */
  readonly seeds: Seeds;
}

/** A journal that is open for one search. */
export interface OpenJournal {
  readonly seeds: Seeds;
  /** How many units were known when it was opened. */
  readonly size: number;
  /** The unit of that key, if it is known. */
  find(key: string): JournalUnit | undefined;
  /** Keeps units; settles when they would survive a crash. */
  append(units: readonly JournalUnit[]): Promise<void>;
  /** Waits until all is written, and lets go of the journal. */
  close(): Promise<void>;
}

/**
 * Where a search notes each candidate's score on each fold as soon as it has it, so that a search that was killed goes on
 * where it was: `journal` in the options of a search's fit. `trellis-learn/node` has one on disk.
 */
export interface SearchJournal {
  /**
   * @throws JournalMismatchError if it was begun with something else
   */
  open(spec: JournalSpec): Promise<OpenJournal>;
}

/** Parameters of searches that decide how far and how fast a search goes, and not what a score is. */
const CONTROLS = ["nJobs", "nTrials", "timeout", "targetScore", "refit", "errorScore", "batchSize"];

/** What a search is, as texts that can be compared: its parameters, the splits, and the kernels' identity. */
export function specParts(search: AnyEstimator, splits: readonly Split[], kernels: string): Record<string, string> {
  const keys = durableKeys();
  const params = search.params as Readonly<Record<string, unknown>>;
  // A random state of null is looked at as such: the drawn seed is kept beside.
  const seedName = seedNameOf(search);
  const named = Object.keys(search.definition.schema)
    .filter((name) => !CONTROLS.includes(name) && name !== "cv")
    .map((name) => [name, name === seedName ? String(params[name]) : keys.valueKey(params[name])]);
  const rows = splits.map(({ train, test }) => `${train.join()};${test.join()}`);
  return { class: search.definition.name, ...Object.fromEntries(named), cv: rows.join("|"), kernels };
}

/** Names a candidate's whole configuration on certain rows, beyond this process. */
export function unitKey(candidate: AnyEstimator, rows: string, fold: number): string {
  return `${durableKeys().keyOf(candidate)} ${rows} fold ${fold}`;
}

export function toUnit(key: string, candidate: number, score: FoldScore): JournalUnit {
  const { fold, scores, trainScores, error, isLost, fitTime, scoreTime } = score;
  return { key, candidate, fold, scores, trainScores, error: error?.message ?? null, isLost, fitTime, scoreTime };
}

/** What a journal knew, as if it had just been scored. */
export function fromUnit(unit: JournalUnit, candidate: number): FoldScore {
  const error = unit.error === null ? null : new TrellisError(unit.error, "CANDIDATE_FAILED");
  return { ...unit, candidate, estimator: null, error };
}
