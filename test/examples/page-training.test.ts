import { describe, expect, it } from "vitest";
import { extent, linearScale } from "../../examples/server/ui/charts/linear-scale.js";
import type { TrainingEvent, TrainingEvents } from "../../examples/server/ui/service/contract.js";
import { candidatesOf, gridText, readValues } from "../../examples/server/ui/train/grid-text.js";
import { afterEvent, NOTHING_YET } from "../../examples/server/ui/train/training-state.js";

/** Numbers events as the service does. */
function numbered(...events: { [T in keyof TrainingEvents]: readonly [T, TrainingEvents[T]] }[keyof TrainingEvents][]) {
  return events.map(([type, data], i) => ({ id: i + 1, type, data }) as TrainingEvent);
}

const scored = (candidate: number, meanScore: number | null, best: number) =>
  [
    "candidate-scored",
    {
      family: "rf",
      candidate,
      params: { max_depth: candidate },
      meanScore,
      done: candidate + 1,
      candidates: 3,
      best: { candidate: 0, score: best, params: {} },
    },
  ] as const;

const story = numbered(
  ["training-started", { families: ["rf", "svm"], folds: { rf: 2, svm: 2 }, candidates: { rf: 3, svm: 6 }, rows: 900 }],
  ["family-started", { family: "rf", candidates: 3, folds: 2 }],
  ["fold-scored", { family: "rf", candidate: 0, fold: 0 }],
  ["fold-scored", { family: "rf", candidate: 0, fold: 1 }],
  scored(0, 0.9, 0.9),
  scored(1, null, 0.9),
  ["epoch", { family: "rf", epoch: 1, loss: 0.5, accuracy: null }],
  ["log", { message: "halfway" }],
  ["published", { models: [{ name: "rf", version: 4 }] }],
);

describe("What the page knows of a training", () => {
  it("grows with its events", () => {
    const state = story.reduce(afterEvent, NOTHING_YET);
    expect(state).toMatchObject({ lastEvent: 9, rows: 900, log: ["halfway", "Served from now on: rf 4"] });
    const [rf, svm] = state.families;
    expect(rf).toMatchObject({
      name: "rf",
      candidates: 3,
      folds: 2,
      foldsScored: 2,
      epochs: [{ epoch: 1, loss: 0.5 }],
    });
    expect(rf!.scored.map(({ score, best }) => [score, best])).toEqual([
      [0.9, 0.9],
      [null, 0.9],
    ]);
    expect(svm).toMatchObject({ name: "svm", candidates: 6, scored: [], result: null });
  });

  it("does not change when events are told again", () => {
    const state = story.reduce(afterEvent, NOTHING_YET);
    expect(story.reduce(afterEvent, state)).toBe(state);
  });

  it("forgets the scores of a family that begins again after a kill, and keeps those of one that was finished", () => {
    const result = {
      best_params: {},
      accuracy: 0.9,
      test_accuracy: 0.9,
      test_loss: 0.1,
      roc_auc_score: 1,
      recall: 0.9,
    };
    const finished = { family: "rf", name: "rf", ...result, seconds: 1, confusion: [] };
    const state = numbered(
      ...story.map(({ type, data }) => [type, data] as never),
      ["family-finished", finished],
      ["family-started", { family: "svm", candidates: 6, folds: 2 }],
      ["fold-scored", { family: "svm", candidate: 0, fold: 0 }],
      ["training-started", story[0]!.data as TrainingEvents["training-started"]],
      ["family-started", { family: "svm", candidates: 6, folds: 2 }],
    ).reduce(afterEvent, NOTHING_YET);
    expect(state.families[0]).toMatchObject({ result: finished, foldsScored: 2 });
    expect(state.families[1]).toMatchObject({ name: "svm", foldsScored: 0 });
  });
});

describe("A grid that is written into the form", () => {
  it.each([
    ["50, 75 ,100", [50, 75, 100]],
    ["none, 10, NULL", [null, 10, null]],
    ["adam, rmsprop", ["adam", "rmsprop"]],
    ["1e-2", [0.01]],
    ["", null],
    ["1,,2", null],
  ])("%j is %j", (text, values) => {
    expect(readValues(text)).toEqual(values);
  });

  it("is read back as it was", () => {
    expect(readValues(gridText([null, 0.1, "rbf"]))).toEqual([null, 0.1, "rbf"]);
  });

  it("has the product of its values as candidates", () => {
    expect(candidatesOf({ a: [1, 2, 3], b: [null, 1] })).toBe(6);
  });
});

describe("A linear scale", () => {
  it("maps its domain onto its range, downwards too", () => {
    const y = linearScale([0.8, 1], [200, 0]);
    expect([y(0.8), y(0.9), y(1)].map(Math.round)).toEqual([200, 100, 0]);
  });

  it.each([
    [[0, 1], 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]],
    [[0.857, 0.935], 4, ["0.86", "0.88", "0.90", "0.92"]],
    [[0, 27], 4, ["0", "10", "20"]],
  ] as const)("has round ticks within %j", (domain, count, ticks) => {
    const scale = linearScale(domain, [0, 100], count);
    expect(scale.ticks.map(scale.format)).toEqual(ticks);
  });

  it("places a single value in the middle", () => {
    expect(linearScale([3, 3], [0, 100])(3)).toBe(50);
    expect(extent([3, 3])).toEqual([2.85, 3.15]);
    expect(extent([])).toBeNull();
  });
});
