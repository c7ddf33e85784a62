// Decisions of Optuna 5, one by one, on random reports.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../src/tune/crc32.js";
import { bracketCount } from "../../src/tune/hyperband-pruner.js";
import {
  type Direction,
  type FrozenTrial,
  HyperbandPruner,
  type Json,
  MedianPruner,
  NopPruner,
  PatientPruner,
  PercentilePruner,
  type Pruner,
  SuccessiveHalvingPruner,
  type TrialState,
} from "../../src/tune.js";

interface Run {
  readonly pruner: string;
  readonly direction: Direction;
  readonly study: string;
  readonly trials: readonly {
    readonly reports: readonly (readonly [step: number, value: number | null, prune: 0 | 1])[];
    readonly end: TrialState;
    readonly value: number | null;
    readonly rungs: Readonly<Record<string, number>>;
  }[];
  readonly brackets: readonly number[] | null;
}

const golden: {
  readonly runs: readonly Run[];
  readonly jumps: readonly { readonly minResource: number; readonly reductionFactor: number; readonly at: number[] }[];
} = JSON.parse(readFileSync(new URL("../golden/pruners.json", import.meta.url), "utf8"));

const pruners: Readonly<Record<string, () => Pruner>> = {
  median: () => new MedianPruner(),
  "median, options": () => new MedianPruner({ nStartupTrials: 2, nWarmupSteps: 3, intervalSteps: 2, nMinTrials: 3 }),
  "median, long interval": () => new MedianPruner({ nStartupTrials: 0, nWarmupSteps: 1, intervalSteps: 5 }),
  "percentile 25": () => new PercentilePruner(25, { nStartupTrials: 3 }),
  "percentile 90": () => new PercentilePruner(90, { nStartupTrials: 1, nWarmupSteps: 2, intervalSteps: 3 }),
  "percentile 0": () => new PercentilePruner(0, { nStartupTrials: 1, nMinTrials: 2 }),
  "percentile 100": () => new PercentilePruner(100, { nStartupTrials: 1 }),
  "percentile 33.3": () => new PercentilePruner(33.3, { nStartupTrials: 4 }),
  halving: () => new SuccessiveHalvingPruner(),
  "halving from 1 by 2": () => new SuccessiveHalvingPruner({ minResource: 1, reductionFactor: 2 }),
  "halving from 2 by 3, late": () =>
    new SuccessiveHalvingPruner({ minResource: 2, reductionFactor: 3, minEarlyStoppingRate: 1 }),
  "halving, bootstrap": () => new SuccessiveHalvingPruner({ minResource: 1, reductionFactor: 2, bootstrapCount: 4 }),
  hyperband: () => new HyperbandPruner(),
  "hyperband to 9": () => new HyperbandPruner({ minResource: 1, maxResource: 9, reductionFactor: 3 }),
  "hyperband 2 to 30 by 2": () => new HyperbandPruner({ minResource: 2, maxResource: 30, reductionFactor: 2 }),
  "hyperband, bootstrap": () =>
    new HyperbandPruner({ minResource: 1, maxResource: 12, reductionFactor: 2, bootstrapCount: 2 }),
  "patient alone": () => new PatientPruner(null, 2),
  "patient alone, delta": () => new PatientPruner(null, 1, { minDelta: 0.3 }),
  "patient median": () => new PatientPruner(new MedianPruner({ nStartupTrials: 2 }), 1),
  "patient, no patience": () => new PatientPruner(new MedianPruner({ nStartupTrials: 0 }), 0, { minDelta: 0.05 }),
  nop: () => new NopPruner(),
};

const runningTrial = (number: number): FrozenTrial => ({
  number,
  state: "running",
  value: null,
  internals: new Map(),
  distributions: new Map(),
  intermediate: new Map(),
  userAttrs: new Map(),
  systemAttrs: new Map(),
  started: null,
  finished: null,
});

/** Plays a run again, and gives each decision, each trial's rungs and the trials that each competes with at the end. */
function replay({ pruner: name, direction, study, trials: played }: Run) {
  const pruner = pruners[name]!();
  const trials: FrozenTrial[] = [];
  const view = () => ({ name: study, direction, trials });
  const decisions = played.map(({ reports, end, value }, number) => {
    trials.push(runningTrial(number));
    return reports.map(([step, reported]) => {
      const before = trials[number]!;
      trials[number] = { ...before, intermediate: new Map(before.intermediate).set(step, reported ?? Number.NaN) };
      const { prune, note } = pruner.judge(view(), trials[number]);
      const systemAttrs = new Map<string, Json>([...before.systemAttrs, ...(note ?? [])]);
      trials[number] = { ...trials[number], systemAttrs };
      if (step === reports.at(-1)![0])
        trials[number] = { ...trials[number], state: end, value, finished: new Date(number) };
      return prune;
    });
  });
  const rungs = trials.map(({ systemAttrs }) => Object.fromEntries(systemAttrs));
  const rivals = trials.map(({ number }) => pruner.competitors?.(view(), number).map((trial) => trial.number));
  return { decisions, rungs, rivals };
}

describe("Pruners decide as Optuna's", () => {
  it.each(golden.runs.map((run, i) => [i, run.pruner, run.direction, run] as const))(
    "run %i: %s, %s",
    (_, __, ___, run) => {
      const { decisions, rungs } = replay(run);
      expect(decisions).toEqual(run.trials.map(({ reports }) => reports.map(([, , prune]) => prune === 1)));
      expect(rungs).toEqual(run.trials.map((trial) => trial.rungs));
    },
  );

  it("and each prunes some trials and lets others go on, but for the one that never does.", () => {
    for (const name of Object.keys(pruners)) {
      const decisions = golden.runs.flatMap((run) => (run.pruner === name ? replay(run).decisions.flat() : []));
      expect(new Set(decisions)).toEqual(new Set(name === "nop" ? [false] : [true, false]));
    }
  });

  it("and Hyperband puts trials into the same brackets.", () => {
    const runs = golden.runs.filter(({ brackets }) => brackets !== null);
    expect(new Set(runs.flatMap(({ brackets }) => brackets)).size).toBeGreaterThan(2);
    for (const run of runs) {
      const brackets = run.brackets!;
      const same = brackets.map((mine) => brackets.flatMap((other, number) => (other === mine ? [number] : [])));
      expect(replay(run).rivals).toEqual(same);
    }
  });

  it("and Hyperband has as many brackets, up to 20,000 steps.", () => {
    for (const { minResource, reductionFactor, at } of golden.jumps) {
      const counts = at.map((most) => [most - 1, most].map((n) => bracketCount(minResource, n, reductionFactor)));
      expect(counts).toEqual(at.map((_, i) => [i + 1, i + 2]));
    }
  });
});

describe("A pruner", () => {
  it("never tells a trial without reports to stop.", () => {
    for (const make of Object.values(pruners)) {
      expect(make().judge({ name: "s", direction: "minimize", trials: [runningTrial(0)] }, runningTrial(0)).prune).toBe(
        false,
      );
    }
  });

  it("learns the length of trials from the one that was first to be complete, also when trials overlap.", () => {
    const ended = (number: number, steps: number, at: number): FrozenTrial => ({
      ...runningTrial(number),
      state: "complete",
      value: 1,
      intermediate: new Map([[steps, 1]]),
      finished: new Date(at),
    });
    const trials = [ended(0, 999, 5), ended(1, 500, 4), runningTrial(2)];
    const halving = new SuccessiveHalvingPruner({ reductionFactor: 2 });
    const judged = (step: number) =>
      halving.judge(
        { name: "s", direction: "minimize", trials },
        { ...runningTrial(2), intermediate: new Map([[step, 2]]) },
      );
    expect([...(judged(4).note ?? [])]).toEqual([]);
    expect([...judged(5).note!.keys()]).toEqual(["completed_rung_0"]);
  });

  it.each<[string, () => Pruner]>([
    [
      "percentile of PercentilePruner must be a finite number >= 0 and <= 100; got 101",
      () => new PercentilePruner(101),
    ],
    ["nStartupTrials of MedianPruner must be an integer >= 0; got -1", () => new MedianPruner({ nStartupTrials: -1 })],
    ["intervalSteps of MedianPruner must be an integer >= 1; got 0", () => new MedianPruner({ intervalSteps: 0 })],
    ["nMinTrials of MedianPruner must be an integer >= 1; got 1.5", () => new MedianPruner({ nMinTrials: 1.5 })],
    [
      'minResource of SuccessiveHalvingPruner must be one of "auto", or an integer >= 1; got 0',
      () => new SuccessiveHalvingPruner({ minResource: 0 }),
    ],
    [
      "reductionFactor of SuccessiveHalvingPruner must be an integer >= 2; got 1",
      () => new SuccessiveHalvingPruner({ reductionFactor: 1 }),
    ],
    [
      'bootstrapCount of SuccessiveHalvingPruner must be 0 where minResource is "auto"; got 2',
      () => new SuccessiveHalvingPruner({ bootstrapCount: 2 }),
    ],
    [
      'bootstrapCount of HyperbandPruner must be 0 where maxResource is "auto"; got 1',
      () => new HyperbandPruner({ bootstrapCount: 1 }),
    ],
    [
      "maxResource of HyperbandPruner must be >= minResource, which is 4; got 3",
      () => new HyperbandPruner({ minResource: 4, maxResource: 3 }),
    ],
    ["patience of PatientPruner must be an integer >= 0; got -1", () => new PatientPruner(null, -1)],
    [
      "minDelta of PatientPruner must be a finite number >= 0; got -1",
      () => new PatientPruner(null, 1, { minDelta: -1 }),
    ],
  ])("is refused where %s.", (message, make) => {
    expect(make).toThrow(message);
  });
});

it("crc32 is zlib's.", () => {
  expect([crc32(""), crc32("a"), crc32("123456789"), crc32("Gärten 🌱_7")].slice(0, 3)).toEqual([
    0, 0xe8b7be43, 0xcbf43926,
  ]);
});
