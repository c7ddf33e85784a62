import { describe, expect, it } from "vitest";
import { choice, float } from "../../src/model-selection/distributions.js";
import { parallelCoordinatesPicture } from "../../src/report.js";
import { trialOf } from "../tune/trials.js";
import { textsOf } from "./svg-texts.js";

const space = { rate: float(1e-5, 1e-1, { log: true }), kind: choice(["gini", "entropy"]) };
const trials = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    trialOf(i, space, { value: ((7 * i) % 30) / 30, internals: { rate: 10 ** (-5 + (i % 5)), kind: i % 2 } }),
  );
const linesOf = (svg: string) => [...svg.matchAll(/<polyline [^>]*stroke-width="(1\.5|3)"/g)].length;

describe("parallelCoordinatesPicture", () => {
  it("draws an axis for each parameter and one for the value, and a line for each complete trial.", async () => {
    const some = [...trials(10), trialOf(10, space, { state: "failed", internals: { rate: 1e-3, kind: 0 } })];
    const svg = await parallelCoordinatesPicture({ direction: "maximize", trials: some }, { valueName: "CV accuracy" });
    const texts = textsOf(svg);
    expect(texts).toEqual(expect.arrayContaining(["rate", "kind", "CV accuracy", "gini", "entropy", "1e-5", "0.01"]));
    expect(texts).toContain("best 0.9333 in trial 4");
    expect(linesOf(svg)).toBe(10);
    // The values of the first axis stand left of it, where there are no lines.
    expect(svg).toMatch(/text-anchor="end"[^>]*>1e-5</);
    expect(svg).toMatch(/text-anchor="start"[^>]*>gini</);
    expect(await parallelCoordinatesPicture({ direction: "minimize", trials: some })).not.toContain("NaN");
  });

  it("draws one trial, and trials that lack a parameter.", async () => {
    const conditional = trialOf(1, space, { value: 1, internals: { rate: 1e-3 } });
    for (const some of [trials(1), [...trials(1), conditional]]) {
      const svg = await parallelCoordinatesPicture({ direction: "maximize", trials: some });
      expect(linesOf(svg)).toBe(some.length);
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
  });

  it("draws the best 500 of more, and says so.", async () => {
    const svg = await parallelCoordinatesPicture({ direction: "maximize", trials: trials(1000) });
    expect(linesOf(svg)).toBe(500);
    expect(textsOf(svg).some((text) => text.endsWith("the best 500 of 1000 trials"))).toBe(true);
  });

  it("refuses trials of which none has a parameter.", async () => {
    const bare = { direction: "minimize" as const, trials: [trialOf(0, {}, { value: 1 })] };
    await expect(parallelCoordinatesPicture(bare)).rejects.toThrow("must hold a complete one with a parameter");
  });
});
