import type { Scores, SearchEvent } from "../model-selection/events.js";
import { asKey } from "./record-rules.js";
import type { RunStatus } from "./records.js";
import type { Run, Tracker } from "./tracker.js";

type FoldScored = Extract<SearchEvent, { type: "fold-scored" }>;
type Settled = Extract<SearchEvent, { type: "candidate-scored" | "trial-pruned" }>;

/** A candidate of which no more is to come. */
export interface Candidate {
  /** From 0, in the order in which candidates were made. */
  readonly number: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly facts: Readonly<Record<string, number | string>>;
  readonly state: "complete" | "pruned" | "failed";
  /** By the scorer that decides; NaN where it failed. */
  readonly score: number;
  /** Means over the folds, by scorer; none of one that was pruned, which has them by resource. */
  readonly means: Scores;
  readonly folds: readonly FoldScored[];
}

const STATUS: Readonly<Record<Candidate["state"], RunStatus>> = {
  complete: "finished",
  pruned: "killed",
  failed: "failed",
};

/** Makes candidates from the events of a search. */
export class Candidates {
  /** In the order in which they were settled. */
  readonly settled: Candidate[] = [];
  readonly #open = new Map<number, FoldScored[]>();
  #decider: string | null = null;

  note(event: FoldScored): void {
    const folds = this.#open.get(event.candidate);
    if (folds === undefined) this.#open.set(event.candidate, [event]);
    else folds.push(event);
  }

  settle(event: Settled): Candidate {
    const { candidate: number, params } = event;
    // Folds end in any order.
    const folds = (this.#open.get(number) ?? []).sort((a, b) => a.fold - b.fold);
    this.#open.delete(number);
    const candidate: Candidate =
      event.type === "trial-pruned"
        ? {
            number,
            params,
            facts: {},
            folds: upTo(event.resource, folds),
            state: "pruned",
            score: event.score,
            means: {},
          }
        : { number, params, facts: event.facts, folds, ...this.#judged(event) };
    this.settled.push(candidate);
    return candidate;
  }

  #judged({ candidate, scores, best }: Extract<SearchEvent, { type: "candidate-scored" }>) {
    // The scorer that decides is the one that made the leader the leader.
    if (best?.candidate === candidate) {
      this.#decider ??= Object.keys(scores).find((name) => scores[name] === best.score) ?? null;
    }
    const score = this.#decider === null ? Number.NaN : scores[this.#decider]!;
    return { score, means: scores, state: Number.isNaN(score) ? ("failed" as const) : ("complete" as const) };
  }

  /** The best of them, best first. */
  best(count: number): Candidate[] {
    return [...this.settled].sort(inOrder).slice(0, count);
  }
}

/** A fold may have run ahead of the others when its candidate was given up. */
const upTo = (last: number, folds: readonly FoldScored[]) => folds.filter(({ resource }) => (resource ?? 0) <= last);

/** Those of a later round have been given more; those that were pruned less; of equals the first is best. */
function inOrder(a: Candidate, b: Candidate): number {
  const round = ({ facts }: Candidate) => Number(facts.iter ?? 0);
  const isComplete = ({ state }: Candidate) => Number(state === "complete");
  const value = ({ score }: Candidate) => (Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score);
  return round(b) - round(a) || isComplete(b) - isComplete(a) || value(b) - value(a) || a.number - b.number;
}

/** Logs a candidate as a run of its own inside that of its search. */
export function logCandidate(tracker: Tracker, parent: Run, candidate: Candidate): void {
  const { number, params, facts, state, means, folds } = candidate;
  const tags = { candidate: `${number}`, state };
  const run = tracker.startRun(`candidate ${number}`, { parent, tags, key: `${parent.key}/candidate-${number}` });
  const { state: _, ...more } = facts;
  run.params(withKeys({ ...params, ...more }));
  const byResource = folds.some(({ resource }) => resource !== null);
  if (byResource) logRungs(run, folds);
  else for (const { fold, scores, trainScores } of folds) run.metrics(namedScores("", scores, trainScores), fold);
  if (!byResource) run.metrics(withKeys(prefixed("mean_test_", means)));
  run.end(STATUS[state]);
}

/** Where a candidate was given more and more, the resource is the step. */
function logRungs(run: Run, folds: readonly FoldScored[]): void {
  const rungs = [...new Set(folds.map(({ resource }) => resource!))].sort((a, b) => a - b);
  for (const [rung, resource] of rungs.entries()) {
    const step = Number.isSafeInteger(resource) ? resource : rung;
    const scored = folds.filter((fold) => fold.resource === resource);
    for (const { fold, scores, trainScores } of scored)
      run.metrics(namedScores(`split${fold}_`, scores, trainScores), step);
    const names = Object.keys(scored[0]!.scores);
    const means = names.map((name) => [
      name,
      scored.reduce((sum, { scores }) => sum + scores[name]!, 0) / scored.length,
    ]);
    run.metrics(withKeys(prefixed("mean_test_", Object.fromEntries(means))), step);
  }
}

function namedScores(prefix: string, scores: Scores, trainScores: Scores | null): Record<string, number> {
  return withKeys({ ...prefixed(`${prefix}test_`, scores), ...prefixed(`${prefix}train_`, trainScores ?? {}) });
}

export function prefixed<T>(prefix: string, values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}

/** The same values by keys that every store takes. */
export function withKeys<T>(values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [asKey(name), value]));
}
