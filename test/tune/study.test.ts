import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { choice, float, int } from "../../src/model-selection/distributions.js";
import { journalStorage } from "../../src/node.js";
import {
  createStudy,
  HyperbandPruner,
  loadStudy,
  MedianPruner,
  memoryStorage,
  NopPruner,
  paramsOf,
  type Study,
  StudyError,
  type StudyStorage,
  type StudyView,
  TrialPruned,
} from "../../src/tune.js";
import { RandomDraws, WatchfulDraws } from "./toys.js";

const folder = mkdtempSync(join(tmpdir(), "trellis-study-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = () => join(folder, `${files++}.log`);

const storages: readonly (readonly [string, () => StudyStorage])[] = [
  ["in memory", memoryStorage],
  ["in a journal", () => journalStorage(newPath())],
];
const options = { sampler: new RandomDraws(3) };
const parabola = (x: number) => (x - 2) ** 2;

describe.each(storages)("A study %s", (_, makeStorage) => {
  const make = (more: Parameters<typeof createStudy>[0] = {}) =>
    createStudy({ ...options, storage: makeStorage(), ...more });

  it("asks and tells.", async () => {
    const study = await make();
    const trial = await study.ask({ x: float(-5, 5), kind: choice(["a", "b"]) });
    expect(trial.number).toBe(0);
    expect(Object.keys(trial.params)).toEqual(["x", "kind"]);
    const told = await study.tell(trial, 0.5);
    expect(told).toBe(study.trials[0]);
    expect(told).toMatchObject({ number: 0, state: "complete", value: 0.5 });
    expect(paramsOf(told)).toEqual(trial.params);
    expect(told.finished!.getTime()).toBeGreaterThanOrEqual(told.started!.getTime());
  });

  it("gives a parameter that is asked for again the same value, and conditional ones as they come.", async () => {
    const study = await make();
    const trial = await study.ask();
    const kind = trial.suggestCategorical("kind", ["rbf", "poly"]);
    const degree =
      kind === "poly" ? trial.suggestInt("degree", 2, 5) : trial.suggestFloat("gamma", 1e-4, 1, { log: true });
    expect(trial.suggest("kind", choice(["rbf", "poly"]))).toBe(kind);
    expect(Object.values(trial.params)).toEqual([kind, degree]);
    await study.tell(trial, 1);
    expect(paramsOf(study.trials[0]!)).toEqual(trial.params);
  });

  it("finds the best trial in either direction, the first of several.", async () => {
    for (const [direction, best] of [
      ["minimize", 1],
      ["maximize", 2],
    ] as const) {
      const study = await make({ direction });
      for (const value of [3, 1, 7, 1, 7]) await study.tell(await study.ask(), value);
      await study.tell(await study.ask(), { state: "failed" });
      expect(study.bestTrial.number).toBe(best);
      expect(study.bestValue).toBe([3, 1, 7][best]);
      expect(study.direction).toBe(direction);
    }
  });

  it("has no best trial before one is complete.", async () => {
    const study = await make({ name: "new" });
    await study.tell(await study.ask(), { state: "pruned", value: 3 });
    expect(study.trials[0]!.value).toBe(3);
    expect(() => study.bestTrial).toThrow("study new has no complete trial yet");
    expect(() => study.bestParams).toThrow(StudyError);
  });

  it("fails a trial whose value is NaN, and goes on.", async () => {
    const study = await make();
    await study.optimize((trial) => (trial.number === 1 ? Number.NaN : trial.suggestFloat("x", 0, 1)), { nTrials: 3 });
    expect(study.trials.map(({ state }) => state)).toEqual(["complete", "failed", "complete"]);
    expect(study.trials[1]!.value).toBeNull();
  });

  it("keeps an infinite value.", async () => {
    const study = await make();
    expect((await study.tell(await study.ask(), Infinity)).value).toBe(Infinity);
    expect(study.bestValue).toBe(Infinity);
  });

  it("prunes: the trial keeps its last report, and the first report of a step.", async () => {
    const study = await make({ pruner: new MedianPruner({ nStartupTrials: 1 }) });
    await study.optimize(
      async (trial) => {
        for (let epoch = 0; epoch < 5; epoch++) {
          await trial.report(trial.number + epoch, epoch);
          await trial.report(-100, epoch);
          if (await trial.shouldPrune()) throw new TrialPruned();
        }
        return trial.number;
      },
      { nTrials: 3 },
    );
    expect(study.trials.map(({ state, value }) => [state, value])).toEqual([
      ["complete", 0],
      ["pruned", 1],
      ["pruned", 2],
    ]);
    expect([...study.trials[0]!.intermediate]).toEqual([0, 1, 2, 3, 4].map((epoch) => [epoch, epoch]));
  });

  it("puts a report of NaN on record as the worst value.", async () => {
    for (const [direction, worst] of [
      ["minimize", Infinity],
      ["maximize", -Infinity],
    ] as const) {
      const study = await make({ direction });
      const trial = await study.ask();
      await trial.report(Number.NaN, 0);
      expect(study.trials[0]!.intermediate.get(0)).toBe(worst);
    }
  });

  it("lets a pruner keep its notes, and a sampler see the trials that compete.", async () => {
    const sampler = new RandomDraws(1, true);
    const study = await make({ name: "bands", sampler, pruner: new HyperbandPruner({ maxResource: 3 }) });
    await study.optimize(
      async (trial) => {
        trial.suggest("x", float(-5, 5));
        for (let step = 1; step <= 3; step++) {
          await trial.report(trial.number % 4, step);
          if (await trial.shouldPrune()) throw new TrialPruned();
        }
        return 1;
      },
      { nTrials: 8 },
    );
    expect(study.trials.some(({ systemAttrs }) => systemAttrs.has("completed_rung_0"))).toBe(true);
    expect(study.trials.some(({ state }) => state === "pruned")).toBe(true);
    expect(sampler.seen.map(([number]) => number)).toEqual([...Array(8).keys()]);
    expect(sampler.seen.at(-1)![1]).toBeLessThan(8);
  });

  it("says what was drawn together before the objective asks for it.", async () => {
    const study = await make({ sampler: new RandomDraws(5, true) });
    const [trial, other] = [await study.ask(), await study.ask({ x: float(-5, 5), k: int(1, 8) })];
    const x = trial.suggest("x", float(-5, 5));
    await trial.report(0, 0);
    const shared = JSON.parse(study.trials[0]!.systemAttrs.get("tpe:relative_params:0") as string);
    expect(shared.x).toBe(x);
    expect(Object.keys(shared)).toEqual(["x", "k"]);
    await study.tell(other, 1);
    expect(study.trials[1]!.systemAttrs.size).toBe(0);
  });

  it("takes what was drawn together only where it is in the range that the objective asks for.", async () => {
    const study = await make({ sampler: new RandomDraws(5, true) });
    const trial = await study.ask();
    const x = trial.suggest("x", float(100, 101));
    expect(x).toBeGreaterThanOrEqual(100);
    expect(trial.suggest("k", int(4, 4))).toBe(4);
  });

  it("shows the sampler what the trial was given already.", async () => {
    const sampler = new WatchfulDraws();
    const trial = await (await make({ sampler })).ask();
    trial.suggest("a", float(0, 1));
    trial.suggest("b", float(0, 1));
    trial.suggest("c", float(0, 1));
    expect(sampler.had).toEqual([[], ["a"], ["a", "b"]]);
  });

  it("ends where the sampler has nothing left to draw.", async () => {
    const isExhausted = ({ trials }: StudyView) => trials.filter(({ state }) => state === "complete").length === 3;
    const study = await make({ sampler: Object.assign(new RandomDraws(), { isExhausted }) });
    await study.optimize((trial) => trial.number);
    expect(study.trials).toHaveLength(3);
  });

  it("tries what was enqueued first, in its order, and draws the rest.", async () => {
    const study = await make();
    await study.enqueueTrial({ x: 1.5, kind: "b" }, { userAttrs: { who: "me" } });
    await study.enqueueTrial({ x: -1 });
    await study.enqueueTrial({ kind: "b", x: 1.5 }, { skipIfExists: true });
    expect(study.trials.map(({ state }) => state)).toEqual(["waiting", "waiting"]);
    await study.optimize(
      (trial) => {
        trial.suggest("kind", choice(["a", "b"]));
        return parabola(trial.suggest("x", float(-5, 5)));
      },
      { nTrials: 3 },
    );
    expect(study.trials.slice(0, 2).map((trial) => paramsOf(trial).x)).toEqual([1.5, -1]);
    expect(paramsOf(study.trials[0]!).kind).toBe("b");
    expect(study.trials[0]!.userAttrs.get("who")).toBe("me");
    expect(study.trials).toHaveLength(3);
    await study.enqueueTrial(paramsOf(study.trials[2]!), { skipIfExists: true });
    expect(study.trials).toHaveLength(3);
  });

  it("refuses an enqueued value that the distribution does not have; the trial has failed.", async () => {
    const study = await make();
    await study.enqueueTrial({ x: 11 });
    await expect(study.optimize((trial) => trial.suggest("x", int(-10, 10)), { nTrials: 2 })).rejects.toThrow(
      "x must be an integer from -10 to 10; got 11",
    );
    expect(study.trials.map(({ state }) => state)).toEqual(["failed"]);
  });

  it("gives each waiting trial to one of those who ask at once.", async () => {
    const study = await make();
    for (let i = 0; i < 4; i++) await study.enqueueTrial({ x: i });
    const trials = await Promise.all(Array.from({ length: 8 }, () => study.ask({ x: float(0, 9) })));
    expect(trials.map(({ number }) => number).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(
      trials
        .filter(({ number }) => number < 4)
        .map(({ number, params }) => [number, params.x])
        .sort(),
    ).toEqual([0, 1, 2, 3].map((i) => [i, i]));
  });

  it("keeps attributes as they were when they were set.", async () => {
    const study = await make();
    const trial = await study.ask();
    const epochs = [1, 2];
    trial.setUserAttr("epochs", epochs);
    trial.setUserAttr("__proto__", { a: 1 });
    await study.setUserAttr("data", { rows: 3 });
    epochs.push(3);
    await study.tell(trial, 1);
    expect(Object.entries(Object.fromEntries(study.trials[0]!.userAttrs))).toEqual([
      ["epochs", [1, 2]],
      ["__proto__", { a: 1 }],
    ]);
    expect([...study.userAttrs]).toEqual([["data", { rows: 3 }]]);
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  it("ends a trial once.", async () => {
    const study = await make();
    const trial = await study.ask();
    await study.tell(trial, 1);
    await expect(study.tell(trial, 2)).rejects.toThrow("trial 0 of study study is not running; it is complete");
    await expect(trial.report(1, 1)).rejects.toThrow(StudyError);
    await expect(study.tell(0, 2)).rejects.toThrow(StudyError);
    await expect(study.tell(5, 2)).rejects.toThrow("study study has no trial 5");
    const other = await study.ask();
    const both = await Promise.allSettled([study.tell(other, 1), study.tell(1, 2)]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    const [a, b] = [await make(), await make()];
    await expect(a.tell(await b.ask(), 1)).rejects.toThrow("the trial is not one that study study gave");
  });

  it("runs trials side by side, each once.", async () => {
    const study = await make();
    let [running, most] = [0, 0];
    await study.optimize(
      async (trial) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
        return parabola(trial.suggestFloat("x", -5, 5));
      },
      { nTrials: 10, nJobs: 3 },
    );
    expect(most).toBe(3);
    expect(study.trials.map(({ number, state }) => [number, state])).toEqual(
      Array.from({ length: 10 }, (_, number) => [number, "complete"]),
    );
  });

  it("leaves the trial that an abort finds running as failed, at once.", async () => {
    const study = await make();
    const controller = new AbortController();
    const optimizing = study.optimize(
      (trial) => {
        if (trial.number === 1) setTimeout(() => controller.abort(new Error("enough")), 5);
        return trial.number === 0 ? 1 : new Promise<number>(() => {});
      },
      { nTrials: 5, signal: controller.signal, catch: true },
    );
    await expect(optimizing).rejects.toThrow("enough");
    expect(study.trials.map(({ state }) => state)).toEqual(["complete", "failed"]);
  });
});

describe("An optimization", () => {
  it("ends with the error of an objective, which has failed its trial.", async () => {
    const study = await createStudy(options);
    const objective = () => {
      throw new RangeError("no such kernel");
    };
    await expect(study.optimize(objective, { nTrials: 3 })).rejects.toThrow(RangeError);
    expect(study.trials.map(({ state }) => state)).toEqual(["failed"]);
  });

  it("goes on after errors that it is to catch.", async () => {
    const study = await createStudy(options);
    const objective = ({ number }: { number: number }) => {
      if (number === 1) throw new RangeError("out of memory");
      if (number === 3) throw new TypeError("a mistake");
      return number;
    };
    const goesOn = study.optimize(objective, { nTrials: 9, catch: (error) => error instanceof RangeError });
    await expect(goesOn).rejects.toThrow(TypeError);
    expect(study.trials.map(({ state }) => state)).toEqual(["complete", "failed", "complete", "failed"]);
    await study.optimize(objective, { nTrials: 2, catch: true });
    expect(study.trials).toHaveLength(6);
  });

  it("ends at an objective that gives no number.", async () => {
    const study = await createStudy(options);
    await expect(study.optimize((() => "0.5") as never, { nTrials: 3 })).rejects.toThrow(
      'the objective must give a number; got "0.5"',
    );
    expect(study.trials[0]!.state).toBe("failed");
  });

  it("ends where it is told to stop, and can be gone on with.", async () => {
    const study = await createStudy(options);
    study.stop();
    const seen: number[] = [];
    await study.optimize((trial) => trial.number, {
      nTrials: 10,
      onTrial: async (trial, told) => {
        expect(told).toBe(study);
        seen.push(trial.number);
        if (trial.number === 3) study.stop();
      },
    });
    expect(seen).toEqual([0, 1, 2, 3]);
    await study.optimize((trial) => trial.number, { nTrials: 2 });
    expect(study.trials).toHaveLength(6);
  });

  it("starts nothing after its time, nor after an abort.", async () => {
    const study = await createStudy(options);
    await study.optimize(() => 1, { timeout: 0 });
    await expect(study.optimize(() => 1, { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
    expect(study.trials).toEqual([]);
    const start = performance.now();
    await study.optimize(() => new Promise((resolve) => setTimeout(resolve, 5, 1)), { timeout: 0.05 });
    expect(performance.now() - start).toBeLessThan(1000);
    expect(study.trials.length).toBeGreaterThan(1);
  });

  it("is not run within another.", async () => {
    const study = await createStudy(options);
    await expect(
      study.optimize(() => study.optimize(() => 1, { nTrials: 1 }).then(() => 1), { nTrials: 1 }),
    ).rejects.toMatchObject({ code: "BUSY" });
  });

  it.each<[string, (study: Study) => Promise<unknown>]>([
    [
      "nTrials of optimize must be null or an integer >= 0; got -1",
      (study) => study.optimize(() => 1, { nTrials: -1 }),
    ],
    [
      "timeout of optimize must be null or a finite number >= 0; got NaN",
      (study) => study.optimize(() => 1, { timeout: Number.NaN }),
    ],
    ["nJobs of optimize must be an integer >= 1; got 0", (study) => study.optimize(() => 1, { nTrials: 1, nJobs: 0 })],
    [
      "catch of optimize must be true, false or a function; got 1",
      (study) => study.optimize(() => 1, { catch: 1 as never }),
    ],
    [
      "the distribution of x must be made by float, int or choice; got an array of 2",
      (study) => study.ask({ x: [0, 1] as never }),
    ],
    [
      "x must be null, a boolean, a finite number or a string to be enqueued; got an object",
      (study) => study.enqueueTrial({ x: {} }),
    ],
    [
      "x must be null, a boolean, a finite number or a string to be enqueued; got NaN",
      (study) => study.enqueueTrial({ x: Number.NaN }),
    ],
    ["k must be a value that JSON can say; got a function", (study) => study.setUserAttr("k", (() => 1) as never)],
    ["k[1].a must be a value that JSON can say; got NaN", (study) => study.setUserAttr("k", [1, { a: Number.NaN }])],
  ])("refuses: %s.", async (message, run) => {
    await expect(createStudy(options).then(run)).rejects.toThrow(message);
  });

  it.each<[string, (study: Study) => Promise<unknown>]>([
    ['value of report must be a number; got "1"', async (study) => (await study.ask()).report("1" as never, 0)],
    ["step of report must be an integer >= 0; got -1", async (study) => (await study.ask()).report(1, -1)],
    ["step of report must be an integer >= 0; got 0.5", async (study) => (await study.ask()).report(1, 0.5)],
    [
      'the value of a trial must be a number; got "1"',
      async (study) => study.tell(await study.ask(), { state: "complete", value: "1" as never }),
    ],
    ["a complete trial must have a value", async (study) => study.tell(await study.ask(), { state: "complete" })],
    [
      "a failed trial must have no value",
      async (study) => study.tell(await study.ask(), { state: "failed", value: 1 }),
    ],
    [
      'the outcome of a trial must be a number or have a state "complete", "pruned" or "failed"; got "done"',
      async (study) => study.tell(await study.ask(), { state: "done" as never }),
    ],
    [
      "x must be of one kind, and its choices the same, in all trials of a study; it was a range of floats and is a range of ints",
      async (study) => {
        await study.ask({ x: float(0, 1) });
        return study.ask({ x: int(0, 1) });
      },
    ],
    [
      "x must be of one kind, and its choices the same, in all trials of a study; it was a choice and is a choice",
      async (study) => {
        const trial = await study.ask({ x: choice(["a", "b"]) });
        return trial.suggest("x", choice(["a", "c"]));
      },
    ],
  ])("of a running trial refuses: %s.", async (message, run) => {
    await expect(createStudy(options).then(run)).rejects.toThrow(message);
  });
});

describe("Making a study", () => {
  it("draws the same again with the same seed, in memory, in a journal, and where it is gone on with.", async () => {
    const objective = (trial: Parameters<Parameters<Study["optimize"]>[0]>[0]) =>
      parabola(trial.suggest("x", float(-5, 5))) + trial.suggest("k", int(1, 8));
    const drawn = async (storage: StudyStorage, ...parts: number[]) => {
      for (const nTrials of parts) {
        const study = await createStudy({ sampler: new RandomDraws(9, true), storage, loadIfExists: true });
        await study.optimize(objective, { nTrials });
      }
      return (await loadStudy({ storage })).trials.map((trial) => [paramsOf(trial), trial.value]);
    };
    const whole = await drawn(memoryStorage(), 8);
    expect(await drawn(journalStorage(newPath()), 8)).toEqual(whole);
    expect(await drawn(journalStorage(newPath()), 3, 4, 1)).toEqual(whole);
  });

  it("is refused where there is one of the name, unless that is to be gone on with.", async () => {
    const path = newPath();
    const first = await createStudy({ ...options, name: "a", direction: "maximize", storage: journalStorage(path) });
    await first.optimize((trial) => trial.number, { nTrials: 2 });
    const before = readFileSync(path);
    await expect(createStudy({ ...options, name: "a", storage: journalStorage(path) })).rejects.toThrow(
      "there is a study a already; loadIfExists goes on with it",
    );
    await expect(
      createStudy({ ...options, name: "a", direction: "minimize", storage: journalStorage(path), loadIfExists: true }),
    ).rejects.toThrow("study a is there to maximize, not to minimize");
    await expect(loadStudy({ name: "b", storage: journalStorage(path) })).rejects.toThrow(
      "there is no study b; there is a",
    );
    expect(readFileSync(path).equals(before)).toBe(true);
    const again = await createStudy({ ...options, name: "a", storage: journalStorage(path), loadIfExists: true });
    expect([again.direction, again.bestValue, again.trials.length]).toEqual(["maximize", 1, 2]);
  });

  it("by two at once makes one study.", async () => {
    const path = newPath();
    const made = await Promise.allSettled([1, 2].map(() => createStudy({ ...options, storage: journalStorage(path) })));
    expect(made.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("keeps several in one storage.", async () => {
    const storage = journalStorage(newPath());
    const [a, b] = [
      await createStudy({ ...options, name: "a", storage }),
      await createStudy({ ...options, name: "b", storage }),
    ];
    await Promise.all([a.optimize(() => 1, { nTrials: 3 }), b.optimize(() => 2, { nTrials: 2 })]);
    expect([a, b].map((study) => study.trials.map(({ number, value }) => [number, value]))).toEqual([
      [0, 1, 2].map((number) => [number, 1]),
      [0, 1].map((number) => [number, 2]),
    ]);
    await expect(loadStudy({ storage })).rejects.toThrow("there is no study study; there is a, b");
  });

  it.each<[string, Parameters<typeof createStudy>[0]]>([
    ["name of createStudy must be a string; got 7", { name: 7 as never }],
    ['direction of createStudy must be one of "minimize", "maximize"; got "up"', { direction: "up" as never }],
  ])("is refused where %s.", async (message, given) => {
    await expect(createStudy(given)).rejects.toThrow(message);
  });

  it("has Optuna's defaults: minimize, and the median pruner.", async () => {
    const study = await createStudy();
    expect([study.name, study.direction, study.trials]).toEqual(["study", "minimize", []]);
    await study.optimize(
      async (trial) => {
        await trial.report(trial.number, 0);
        return (await trial.shouldPrune()) ? Number.NaN : trial.number;
      },
      { nTrials: 6 },
    );
    expect(study.trials.map(({ state }) => state)).toEqual([...Array(5).fill("complete"), "failed"]);
  });
});

it("Asking and telling costs little, also after a thousand trials.", async () => {
  const study = await createStudy({ sampler: new RandomDraws(0, true), pruner: new NopPruner() });
  const space = { x: float(-5, 5), k: int(1, 8) };
  let spent = 0;
  for (let i = 0; i < 1200; i++) {
    const start = performance.now();
    const trial = await study.ask(space);
    await study.tell(trial, i);
    if (i >= 1000) spent += performance.now() - start;
  }
  // Measured: some hundredths of a millisecond each; the bound is for slow machines under load.
  expect(spent / 200).toBeLessThan(2);
  const [first] = study.trials;
  await study.tell(await study.ask(space), 0);
  expect(study.trials[0]).toBe(first);
});
