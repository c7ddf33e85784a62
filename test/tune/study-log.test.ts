import { describe, expect, it } from "vitest";
import { choice, float, int } from "../../src/model-selection/distributions.js";
import type { JournalRecord } from "../../src/tune/journal-record.js";
import { StudyLog } from "../../src/tune/study-log.js";

const at = new Date(0);
const create = (name: string, worker = "w"): JournalRecord => ({
  op: "create-study",
  worker,
  name,
  directions: ["minimize"],
});
const begin = (study: number, worker = "w"): JournalRecord => ({ op: "create-trial", worker, study, started: at });
const finish = (trial: number, value: number, worker = "w"): JournalRecord => ({
  op: "set-trial-state",
  worker,
  trial,
  state: "complete",
  values: [value],
  at,
});
const start = (trial: number, worker: string): JournalRecord => ({
  op: "set-trial-state",
  worker,
  trial,
  state: "running",
  values: null,
  at,
});
const report = (trial: number, step: number, value: number): JournalRecord => ({
  op: "set-trial-intermediate",
  worker: "w",
  trial,
  step,
  value,
});
const param = (
  trial: number,
  distribution = float(0, 1) as ReturnType<typeof float> | ReturnType<typeof int>,
): JournalRecord => ({
  op: "set-trial-param",
  worker: "w",
  trial,
  name: "x",
  internal: 1,
  distribution,
});
const waiting = (study: number): JournalRecord => ({
  op: "create-trial",
  worker: "w",
  study,
  started: null,
  template: {
    state: "waiting",
    values: null,
    finished: null,
    distributions: new Map(),
    internals: new Map(),
    userAttrs: new Map(),
    systemAttrs: new Map(),
    intermediate: new Map(),
  },
});

function logOf(...records: readonly JournalRecord[]): StudyLog {
  const log = new StudyLog();
  for (const record of records) log.apply(record);
  return log;
}

describe("A log of studies", () => {
  it("gives a name to one study, and no number to a second one.", () => {
    const log = logOf(create("a", "first"), create("a", "second"), create("b"));
    expect(log.studies.map(({ id, name, creator }) => [id, name, creator])).toEqual([
      [0, "a", "first"],
      [1, "b", "w"],
    ]);
  });

  it("frees the name of a study that was deleted, but not its number, nor its trials' ids.", () => {
    const log = logOf(
      create("a"),
      begin(0),
      { op: "delete-study", worker: "w", study: 0 },
      create("a"),
      begin(1),
      finish(1, 5),
    );
    expect(log.studies.map(({ id }) => id)).toEqual([1]);
    expect(log.find("a")!.trials.map(({ number, value }) => [number, value])).toEqual([[0, 5]]);
  });

  it("counts trials' ids over all studies, and their numbers within one.", () => {
    const log = logOf(create("a"), create("b"), begin(0), begin(1), begin(9), begin(0), finish(2, 7));
    expect(log.find("a")!.trials.map(({ number, value }) => [number, value])).toEqual([
      [0, null],
      [1, 7],
    ]);
    expect(log.find("b")!.trialIds).toEqual([1]);
  });

  it("lets the first who starts a waiting trial have it.", () => {
    const log = logOf(create("a"), waiting(0), start(0, "first"), start(0, "second"));
    expect(log.find("a")!.logged[0]!.owner).toBe("first");
  });

  it("keeps a finished trial as it is, whatever comes after.", () => {
    const log = logOf(create("a"), begin(0), param(0), report(0, 0, 1), finish(0, 3, "first"));
    const before = log.find("a")!.trials[0];
    for (const record of [param(0, float(0, 9)), report(0, 1, 2), finish(0, 4, "second"), start(0, "second")])
      log.apply(record);
    expect(log.find("a")!.trials[0]).toBe(before);
    expect(before).toMatchObject({ state: "complete", value: 3 });
    expect(log.find("a")!.logged[0]!.closedBy).toBe("first");
  });

  it("passes over what is about no study and no trial.", () => {
    const log = logOf(create("a"), begin(7), finish(0, 1), report(3, 0, 0), {
      op: "delete-study",
      worker: "w",
      study: 5,
    });
    log.apply({ op: "set-study-user-attr", worker: "w", study: 5, key: "k", value: 1 });
    expect(log.find("a")!.trials).toEqual([]);
  });

  it("takes no parameter of another kind than the first trial that has it.", () => {
    const log = logOf(
      create("a"),
      begin(0),
      begin(0),
      param(1),
      param(0, int(0, 1)),
      param(0, float(-3, 7)),
      param(1, float(2, 3)),
    );
    const [first, second] = log.find("a")!.trials;
    expect(first!.distributions.get("x")).toEqual(float(-3, 7));
    expect(second!.distributions.get("x")).toEqual(float(2, 3));
  });

  it("takes other choices for another distribution, but true for 1, as Python does.", () => {
    const set = (trial: number, choices: readonly unknown[]): JournalRecord => ({
      op: "set-trial-param",
      worker: "w",
      trial,
      name: "c",
      internal: 0,
      distribution: choice(choices),
    });
    const log = logOf(create("a"), begin(0), begin(0), begin(0), set(0, [1, 0]), set(1, [0, 1]), set(2, [true, false]));
    expect(log.find("a")!.trials.map(({ internals }) => internals.has("c"))).toEqual([true, false, true]);
  });

  it("makes trials and their list anew where something changed, and nowhere else.", () => {
    const log = logOf(create("a"), begin(0), begin(0), finish(0, 1));
    const study = log.find("a")!;
    const before = study.trials;
    expect(study.trials).toBe(before);
    log.apply(report(1, 0, 5));
    const after = study.trials;
    expect(after).not.toBe(before);
    expect(after[0]).toBe(before[0]);
    expect(before[1]!.intermediate.size).toBe(0);
    expect(after[1]!.intermediate.get(0)).toBe(5);
  });
});
