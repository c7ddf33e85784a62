import type { LoggedStudy } from "./logged-study.js";
import type { Pruner } from "./pruner.js";
import type { Sampler, StudyView } from "./sampler.js";
import type { StudyStorage } from "./study-storage.js";
import type { WorkerNames } from "./worker-names.js";

/** What a study and its trials work with. */
export interface StudyContext {
  readonly storage: StudyStorage;
  readonly study: LoggedStudy;
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  readonly names: WorkerNames;
}

/** The study as a sampler is to see it for a trial: with the trials that this one competes with. */
export function viewOf({ study, pruner }: StudyContext, number: number): StudyView {
  const trials = pruner.competitors?.(study, number);
  return trials === undefined ? study : { name: study.name, direction: study.direction, trials };
}
