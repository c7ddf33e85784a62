/**
 * Studies: searches over any objective, that tune by asking and telling, prune trials that are not worth going on with,
 * and can be kept in a journal that other processes and Python's Optuna share. Works in Node and in browsers.
 *
 * @module trellis-learn/tune
 */
export {
  type CategoricalDistribution,
  choice,
  type Distribution,
  type Drawn,
  type FloatDistribution,
  float,
  type IntDistribution,
  int,
} from "./model-selection/distributions.js";
export { type CreateStudyOptions, createStudy, type LoadStudyOptions, loadStudy } from "./tune/create-study.js";
export { type FrozenTrial, type Json, lastStep, paramsOf, type TrialState } from "./tune/frozen-trial.js";
export { GridSampler } from "./tune/grid-sampler.js";
export { HyperbandPruner, type HyperbandPrunerOptions } from "./tune/hyperband-pruner.js";
export type { JournalRecord } from "./tune/journal-record.js";
export { memoryStorage } from "./tune/memory-storage.js";
export { NopPruner } from "./tune/nop-pruner.js";
export type { Objective, OptimizeOptions } from "./tune/optimize.js";
export type { Outcome } from "./tune/outcome.js";
export { type ParameterImportancesOptions, parameterImportances } from "./tune/parameter-importances.js";
export { PatientPruner, type PatientPrunerOptions } from "./tune/patient-pruner.js";
export { MedianPruner, type MedianPrunerOptions, PercentilePruner } from "./tune/percentile-pruner.js";
export type { Pruner, PrunerVerdict } from "./tune/pruner.js";
export { RandomSampler, type RandomSamplerOptions } from "./tune/random-sampler.js";
export type { Direction, Draw, Sampler, StudyView } from "./tune/sampler.js";
export type { EnqueueOptions, Study } from "./tune/study.js";
export { StudyError } from "./tune/study-error.js";
export type { StudyLog } from "./tune/study-log.js";
export type { StudyStorage } from "./tune/study-storage.js";
export { SuccessiveHalvingPruner, type SuccessiveHalvingPrunerOptions } from "./tune/successive-halving-pruner.js";
export { TpeSampler, type TpeSamplerOptions } from "./tune/tpe-sampler.js";
export type { Trial } from "./tune/trial.js";
export { TrialPruned } from "./tune/trial-pruned.js";
