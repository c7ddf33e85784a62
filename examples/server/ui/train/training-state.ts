import type { Confusion, FamilyResult, Params, TrainingEvent, TrainingEvents } from "../service/contract.js";

export interface ScoredCandidate {
  readonly params: Params;
  /** Null where it failed. */
  readonly score: number | null;
  /** Best score of the family so far, with this one; null where all have failed. */
  readonly best: number | null;
}

export interface Epoch {
  readonly epoch: number;
  readonly loss: number;
}

/** How far a family has come. */
export interface FamilyProgress {
  readonly name: string;
  readonly candidates: number;
  readonly folds: number;
  readonly foldsScored: number;
  /** In the order in which they were scored. */
  readonly scored: readonly ScoredCandidate[];
  readonly epochs: readonly Epoch[];
  readonly result: (FamilyResult & { readonly seconds: number; readonly confusion: Confusion }) | null;
}

/** What is known of a training from its events. */
export interface TrainingState {
  readonly lastEvent: number;
  readonly rows: number | null;
  /** In the order of training. */
  readonly families: readonly FamilyProgress[];
  readonly ensemble: TrainingEvents["ensemble-finished"] | null;
  readonly log: readonly string[];
}

export const NOTHING_YET: TrainingState = { lastEvent: 0, rows: null, families: [], ensemble: null, log: [] };

/** Lines of the log and epochs that are kept; older ones are dropped. */
const MOST_LINES = 300;
const MOST_EPOCHS = 1_000;

/** The state after an event. One that was counted already, as streams that were cut repeat them, changes nothing. */
export function afterEvent(state: TrainingState, event: TrainingEvent): TrainingState {
  if (event.id <= state.lastEvent) return state;
  return { ...state, ...changes(state, event), lastEvent: event.id };
}

function changes(state: TrainingState, event: TrainingEvent): Partial<TrainingState> {
  switch (event.type) {
    case "training-started": {
      const { rows, families, folds, candidates } = event.data;
      const planned = (name: string) => ({ folds: folds[name] ?? 0, candidates: candidates[name] ?? 0 });
      return { rows, families: families.map((name) => ({ ...familyOf(state, name), ...planned(name) })) };
    }
    case "family-started": {
      const { family, candidates, folds } = event.data;
      // One that is trained again after a kill tells everything again.
      return withFamily(state, { ...freshFamily(family), candidates, folds });
    }
    case "fold-scored": {
      const family = familyOf(state, event.data.family);
      return withFamily(state, { ...family, foldsScored: family.foldsScored + 1 });
    }
    case "candidate-scored": {
      const { params, meanScore, candidates, best } = event.data;
      const family = familyOf(state, event.data.family);
      const scored = [...family.scored, { params, score: meanScore, best: best?.score ?? null }];
      return withFamily(state, { ...family, candidates, scored });
    }
    case "epoch": {
      const { epoch, loss } = event.data;
      const family = familyOf(state, event.data.family);
      return withFamily(state, { ...family, epochs: [...family.epochs, { epoch, loss }].slice(-MOST_EPOCHS) });
    }
    case "family-finished":
      return withFamily(state, {
        ...familyOf(state, event.data.family),
        result: { ...event.data, name: event.data.family },
      });
    case "ensemble-finished":
      return { ensemble: event.data };
    case "published": {
      const models = event.data.models.map(({ name, version }) => `${name} ${version}`);
      return { log: [...state.log, `Served from now on: ${models.join(", ")}`].slice(-MOST_LINES) };
    }
    case "log":
      return { log: [...state.log, event.data.message].slice(-MOST_LINES) };
  }
}

function freshFamily(name: string): FamilyProgress {
  return { name, candidates: 0, folds: 0, foldsScored: 0, scored: [], epochs: [], result: null };
}

function familyOf(state: TrainingState, name: string): FamilyProgress {
  return state.families.find((family) => family.name === name) ?? freshFamily(name);
}

function withFamily(state: TrainingState, family: FamilyProgress): Partial<TrainingState> {
  const known = state.families.some(({ name }) => name === family.name);
  const families = known
    ? state.families.map((other) => (other.name === family.name ? family : other))
    : [...state.families, family];
  return { families };
}
