import { describe, expect, it } from "vitest";
import { InvalidDataError } from "../../src/core/errors.js";
import { choice, float, int } from "../../src/model-selection/distributions.js";
import { optimizationHistoryPicture, parameterImportancesPicture, slicePicture } from "../../src/report.js";
import type { FrozenTrial } from "../../src/tune/frozen-trial.js";
import { trialOf } from "../tune/trials.js";
import { textsOf } from "./svg-texts.js";

const space = { rate: float(1e-5, 1e-1, { log: true }), depth: int(2, 12), kind: choice(["gini", "entropy"]) };

/** Values that rise and fall; every sixth trial is pruned, and one fails. */
const trials = Array.from({ length: 30 }, (_, i): FrozenTrial => {
  const internals = { rate: 10 ** (-5 + (i % 5)), depth: 2 + ((3 * i) % 11), kind: i % 2 };
  if (i === 7) return trialOf(i, space, { state: "failed", internals });
  const state = i % 6 === 5 ? "pruned" : "complete";
  return trialOf(i, space, { state, value: 0.9 + ((7 * i) % 30) / 400, internals });
});
const tuning = { direction: "maximize" as const, trials };
const pictures = { optimizationHistoryPicture, parameterImportancesPicture, slicePicture };

/** How often a mark of one look is drawn: hollow diamonds, blue dots, a ring. */
const count = (svg: string, mark: RegExp) => [...svg.matchAll(mark)].length;

describe.each(Object.entries(pictures))("%s", (name, picture) => {
  it("draws well-formed SVG, the same for the same trials.", async () => {
    const svg = await picture(tuning, { title: "Trees & <leaves>", subtitle: "of\u0000 30" });
    expect(textsOf(svg)).toEqual(expect.arrayContaining(["Trees & <leaves>", "of  30"]));
    expect(await picture(tuning, { title: "Trees & <leaves>", subtitle: "of\u0000 30" })).toBe(svg);
    expect(svg).not.toContain("NaN");
  });

  it("draws a single trial, and trials of one value.", async () => {
    for (const few of [[trials[0]!], trials.slice(0, 3).map((trial) => ({ ...trial, value: 0 }))]) {
      const svg = await picture({ direction: "minimize", trials: few });
      textsOf(svg);
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
  });

  it("refuses trials of which none has a value.", async () => {
    const failed = [{ ...trials[0]!, value: Number.NaN }, trials[7]!];
    const failure = await picture({ direction: "minimize", trials: failed }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvalidDataError);
    expect(String(failure)).toContain(`trials of ${name} must hold one with a finite value; got none among 2`);
  });
});

describe("optimizationHistoryPicture", () => {
  it("names its axes and the best trial, and shows pruned trials in a legend where there are some.", async () => {
    const texts = textsOf(await optimizationHistoryPicture(tuning, { valueName: "CV accuracy" }));
    expect(texts).toEqual(expect.arrayContaining(["Trial", "CV accuracy", "Best so far", "Pruned"]));
    const best = trials.filter(({ state }) => state === "complete").reduce((a, b) => (b.value! > a.value! ? b : a));
    expect(texts).toContain(`best ${Number(best.value!.toPrecision(4))} in trial ${best.number}`);
    const complete = trials.filter(({ state }) => state === "complete");
    expect(textsOf(await optimizationHistoryPicture({ ...tuning, trials: complete }))).not.toContain("Pruned");
  });

  it("takes the smallest value for the best where it minimises.", async () => {
    const texts = textsOf(await optimizationHistoryPicture({ direction: "minimize", trials }));
    expect(texts).toContain("best 0.9 in trial 0");
  });
});

describe("parameterImportancesPicture", () => {
  it("names every parameter, the most important first, with its share.", async () => {
    const decided = trials.map((trial) => ({ ...trial, value: -Math.abs(trial.internals.get("depth")! - 7) }));
    const texts = textsOf(await parameterImportancesPicture({ direction: "maximize", trials: decided }));
    const names = texts.filter((text) => text in space);
    expect(names[0]).toBe("depth");
    expect([...names].sort()).toEqual(["depth", "kind", "rate"]);
    expect(texts.filter((text) => /^(< )?[01]\.\d\d$/.test(text))).toHaveLength(3);
  });
});

describe("slicePicture", () => {
  it("draws a panel for each parameter: choices by name, logarithms by powers of ten.", async () => {
    const texts = textsOf(await slicePicture(tuning));
    for (const once of ["rate", "depth", "kind", "gini", "entropy", "1e-5", "0.01"]) {
      expect(texts.filter((text) => text === once)).toEqual([once]);
    }
    expect(texts.filter((text) => text === "Objective value")).toHaveLength(1);
  });

  it("sets long names of choices upright, and cuts them.", async () => {
    const kinds = { kind: choice(["gini", "log_loss", "the mean of squared errors", "friedman", "poisson"]) };
    const chosen = trials.map((_, i) => trialOf(i, kinds, { value: i, internals: { kind: i % 5 } }));
    const svg = await slicePicture({ direction: "minimize", trials: chosen });
    const cut = textsOf(svg).filter((text) => text.endsWith("..."));
    expect(cut).toHaveLength(1);
    expect("the mean of squared errors".startsWith(cut[0]!.slice(0, -3))).toBe(true);
    const upright = /transform="matrix\(0,-1,1,0/g;
    expect(count(svg, upright)).toBe(1 + kinds.kind.choices.length);
    expect(count(await slicePicture(tuning), upright)).toBe(1);
  });

  it("leaves failed trials out, and a parameter's panel without the trials that do not have it.", async () => {
    const dots = async (some: readonly FrozenTrial[]) =>
      count(await slicePicture({ ...tuning, trials: some }), /<path [^>]*fill-opacity="0\.85"/g);
    const complete = trials.filter(({ state }) => state === "complete");
    expect(await dots(trials)).toBe(3 * complete.length);
    const conditional = trialOf(30, space, { value: 0.91, internals: { rate: 1e-3, depth: 4 } });
    expect(await dots([...trials, conditional])).toBe(3 * complete.length + 2);
  });

  it("refuses trials without parameters.", async () => {
    const bare = [trialOf(0, {}, { value: 1 })];
    await expect(slicePicture({ direction: "minimize", trials: bare })).rejects.toThrow("must have a parameter");
    await expect(parameterImportancesPicture({ direction: "minimize", trials: bare })).resolves.toContain("<svg");
  });
});
