import type { Distribution } from "../../src/model-selection/distributions.js";
import type { FrozenTrial, Json, TrialState } from "../../src/tune/frozen-trial.js";
import type { Direction, Sampler, StudyView } from "../../src/tune/sampler.js";

export type Space = Readonly<Record<string, Distribution>>;

interface Given {
  readonly state?: TrialState;
  readonly value?: number | null;
  /** Internal numbers of some parameters of the space. */
  readonly internals?: Readonly<Record<string, number>>;
  readonly intermediate?: Readonly<Record<number, number>>;
  readonly systemAttrs?: Readonly<Record<string, Json>>;
}

/** A trial as storages give it. */
export function trialOf(number: number, space: Space, given: Given = {}): FrozenTrial {
  const { state = "complete", value = null, internals = {}, intermediate = {}, systemAttrs = {} } = given;
  return {
    number,
    state,
    value,
    internals: new Map(Object.entries(internals)),
    distributions: new Map(Object.keys(internals).map((name) => [name, space[name]!])),
    intermediate: new Map(Object.entries(intermediate).map(([step, reported]) => [Number(step), reported])),
    userAttrs: new Map(),
    systemAttrs: new Map(Object.entries(systemAttrs)),
    started: null,
    finished: null,
  };
}

export function studyOf(trials: readonly FrozenTrial[], direction: Direction = "minimize"): StudyView {
  return { name: "study", direction, trials };
}

/** Draws all parameters of the space for a trial that has drawn none, as a study does. */
export function drawAll(sampler: Sampler, study: StudyView, number: number, space: Space): Record<string, number> {
  const running = trialOf(number, space, { state: "running" });
  const others = study.trials.filter((trial) => trial.number !== number);
  const trials = [...others, running].sort((a, b) => a.number - b.number);
  const together = sampler.drawTogether({ ...study, trials }, number);
  const internals: Record<string, number> = {};
  for (const [name, distribution] of Object.entries(space)) {
    const now = trials.with(trials.indexOf(running), trialOf(number, space, { state: "running", internals }));
    internals[name] =
      together.get(name)?.internal ?? sampler.drawAlone({ ...study, trials: now }, number, name, distribution);
  }
  return internals;
}

/** Runs a study trial by trial. */
export function optimize(
  sampler: Sampler,
  space: Space,
  objective: (internals: Readonly<Record<string, number>>) => number,
  nTrials: number,
  direction: Direction = "minimize",
): readonly FrozenTrial[] {
  const trials: FrozenTrial[] = [];
  while (trials.length < nTrials) {
    const internals = drawAll(sampler, studyOf(trials, direction), trials.length, space);
    trials.push(trialOf(trials.length, space, { value: objective(internals), internals }));
  }
  return trials;
}
