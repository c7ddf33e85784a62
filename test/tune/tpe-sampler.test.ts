import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choice, contains, float, int } from "../../src/model-selection/distributions.js";
import type { FrozenTrial } from "../../src/tune/frozen-trial.js";
import { RandomSampler } from "../../src/tune/random-sampler.js";
import { TpeSampler, type TpeSamplerOptions } from "../../src/tune/tpe-sampler.js";
import { space } from "./golden.js";
import { drawAll, optimize, studyOf, trialOf } from "./trials.js";

async function tpe(options: TpeSamplerOptions = {}): Promise<TpeSampler> {
  const sampler = new TpeSampler(options);
  await sampler.prepare();
  return sampler;
}

const seeds = fc.integer({ min: 0, max: 1e6 });
const bowl = { x: float(-5, 5), y: float(-5, 5), z: float(-5, 5) };
const sphere = (internals: Readonly<Record<string, number>>) =>
  Object.values(internals).reduce((sum, x) => sum + x * x, 0);
const mixed = ({ f, l, s, i, il, c }: Readonly<Record<string, number>>) =>
  (f! - 1) ** 2 + (Math.log10(l!) + 2) ** 2 + s! + (i! - 4) ** 2 / 16 + Math.log(il!) + c!;
const best = (values: readonly (number | null)[]) => Math.min(...values.map((value) => value!));

describe("TpeSampler", () => {
  it("finds better values than random draws do.", async () => {
    const rivals: number[][] = [];
    for (let randomState = 0; randomState < 12; randomState++) {
      const samplers = [await tpe({ randomState }), new RandomSampler({ randomState })];
      rivals.push(samplers.map((sampler) => best(optimize(sampler, bowl, sphere, 60).map(({ value }) => value))));
    }
    expect(rivals.filter(([tpe, random]) => tpe! < random!).length).toBeGreaterThanOrEqual(11);
    const median = (side: number) => rivals.map((pair) => pair[side]!).sort((a, b) => a - b)[6]!;
    expect(median(0)).toBeLessThan(median(1) / 4);
  });

  it("draws values of the distributions, the same for the same seed and trials.", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.boolean(), async (randomState, multivariate) => {
        const run = async () => optimize(await tpe({ randomState, multivariate }), space, mixed, 25);
        const trials = await run();
        for (const { internals, distributions } of trials) {
          for (const [name, internal] of internals) expect(contains(distributions.get(name)!, internal)).toBe(true);
        }
        expect(await run()).toEqual(trials);
      }),
      { numRuns: 8 },
    );
  });

  it("draws in a study that it has seen grow what a fresh sampler draws, in whatever order trials end.", async () => {
    const event = fc.record({
      end: fc.constantFrom("complete", "complete", "pruned", "failed"),
      pick: fc.nat(),
      value: fc.integer({ min: 0, max: 9 }),
      wide: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        seeds,
        fc.boolean(),
        fc.array(event, { minLength: 30, maxLength: 60 }),
        async (randomState, both, events) => {
          const options = { randomState, nStartupTrials: 4 };
          const seasoned = await tpe(options);
          const studies: FrozenTrial[][] = [[], []];
          for (const [i, { end, pick, value, wide }] of events.entries()) {
            const trials = studies[both ? i % 2 : 0]!;
            const study = studyOf(trials, i % 2 === 0 ? "minimize" : "maximize");
            const number = trials.length;
            const asked = wide ? space : { ...space, f: float(-7, 7) };
            const drawn = drawAll(seasoned, study, number, asked);
            expect(drawn).toEqual(drawAll(await tpe(options), study, number, asked));
            trials.push(trialOf(number, asked, { state: "running", internals: drawn }));
            const running = trials.filter(({ state }) => state === "running");
            if (running.length < 4) continue;
            const ended = running[pick % running.length]!;
            trials[ended.number] = { ...ended, state: end, value: end === "failed" ? null : value };
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  it("maximises as it minimises the negated values.", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (randomState) => {
        const least = optimize(await tpe({ randomState }), space, mixed, 30);
        const most = optimize(await tpe({ randomState }), space, (p) => -mixed(p), 30, "maximize");
        expect(most.map(({ internals }) => internals)).toEqual(least.map(({ internals }) => internals));
      }),
      { numRuns: 5 },
    );
  });

  it("draws a trial that is asked for again in a study that has gone on with the same trials as before.", async () => {
    const sampler = await tpe({ randomState: 1 });
    const trials = optimize(sampler, space, mixed, 20);
    drawAll(sampler, studyOf(trials.slice(0, 15)), 15, space);
    const again = drawAll(await tpe({ randomState: 1 }), studyOf(trials.slice(0, 17)), 17, space);
    expect(new Map(Object.entries(again))).toEqual(trials[17]!.internals);
  });

  it("draws as RandomSampler does till enough trials are complete or pruned, one by one as at once.", async () => {
    const oneByOne = optimize(await tpe({ randomState: 4 }), space, mixed, 10);
    const random = optimize(new RandomSampler({ randomState: 4 }), space, mixed, 11);
    expect(oneByOne).toEqual(random.slice(0, 10));
    const sampler = await tpe({ randomState: 4 });
    const asked = oneByOne.map(({ number }) => {
      const running = Array.from({ length: number }, (_, i) => trialOf(i, space, { state: "running" }));
      return new Map(Object.entries(drawAll(sampler, studyOf(running), number, space)));
    });
    expect(asked).toEqual(oneByOne.map(({ internals }) => internals));
    // Failed trials teach nothing.
    const failed = oneByOne.map((trial) => (trial.number < 3 ? { ...trial, state: "failed" as const } : trial));
    expect(new Map(Object.entries(drawAll(sampler, studyOf(failed), 10, space)))).toEqual(random[10]!.internals);
    const learned = drawAll(sampler, studyOf(oneByOne), 10, space);
    expect(new Map(Object.entries(learned))).not.toEqual(random[10]!.internals);
  });

  it("draws together what all finished trials share, sorted by name, and alone what they do not.", async () => {
    const trials = optimize(await tpe({ randomState: 0 }), bowl, sphere, 12).map((trial) =>
      trial.number === 5 ? trialOf(5, bowl, { value: 1, internals: { x: 1, z: 2 } }) : trial,
    );
    const sampler = await tpe({ randomState: 0 });
    const study = studyOf([...trials, trialOf(12, bowl, { state: "running" })]);
    expect([...sampler.drawTogether(study, 12).keys()]).toEqual(["x", "z"]);
    expect(contains(bowl.y, sampler.drawAlone(study, 12, "y", bowl.y))).toBe(true);
    const alone = await tpe({ randomState: 0, multivariate: false });
    expect(alone.drawTogether(study, 12).size).toBe(0);
  });

  it("leaves out of what is drawn together other ranges and single values, which it draws all the same.", async () => {
    const single = { x: float(0, 1), n: int(3, 3), c: choice(["only"]) };
    const trials = optimize(await tpe({ randomState: 0 }), single, ({ x }) => x!, 12);
    const sampler = await tpe({ randomState: 0 });
    expect([...sampler.drawTogether(studyOf(trials), 12).keys()]).toEqual(["x"]);
    expect(drawAll(sampler, studyOf(trials), 12, single)).toMatchObject({ n: 3, c: 0 });
    const moved = [...trials, trialOf(12, { x: float(0, 2) }, { value: 0, internals: { x: 1.5 } })];
    expect(sampler.drawTogether(studyOf(moved), 13).size).toBe(0);
    expect(contains(single.x, sampler.drawAlone(studyOf(moved), 13, "x", single.x))).toBe(true);
  });

  it("keeps away from what other workers are trying, by what they have drawn or were told to have drawn.", async () => {
    const line = { x: float(-5, 5) };
    const trials = optimize(await tpe({ randomState: 2 }), line, sphere, 30);
    const draw = async (others: readonly ReturnType<typeof trialOf>[], constantLiar = true) =>
      drawAll(await tpe({ randomState: 2, constantLiar }), studyOf([...trials, ...others]), 60, line).x!;
    const tried = await draw([]);
    const running = Array.from({ length: 20 }, (_, i) =>
      trialOf(30 + i, line, { state: "running", internals: { x: tried } }),
    );
    const told = { "tpe:relative_params:0": JSON.stringify({ x: tried }) };
    const toldAlone = running.map(({ number }) => trialOf(number, line, { state: "running", systemAttrs: told }));
    expect(Math.abs((await draw(running)) - tried)).toBeGreaterThan(0.05);
    expect(await draw(toldAlone)).toBe(await draw(running));
    expect(await draw(running, false)).toBe(await draw([], false));
  });

  it("takes infinite values as they come.", async () => {
    const wild = ({ x }: Readonly<Record<string, number>>) => (x! > 3 ? Infinity : x! < -3 ? -Infinity : x!);
    const trials = optimize(await tpe({ randomState: 0 }), { x: float(-5, 5) }, wild, 40);
    expect(trials.slice(20).filter(({ value }) => value === -Infinity).length).toBeGreaterThan(10);
  });

  it("refuses options out of range in one sentence.", () => {
    expect(() => new TpeSampler({ nStartupTrials: -1 })).toThrow(
      "nStartupTrials of TpeSampler must be an integer >= 0; got -1",
    );
    expect(() => new TpeSampler({ nEiCandidates: 0 })).toThrow(
      "nEiCandidates of TpeSampler must be an integer >= 1; got 0",
    );
    expect(() => new TpeSampler({ multivariate: 1 as never })).toThrow(
      "multivariate of TpeSampler must be true or false; got 1",
    );
    expect(() => new TpeSampler({ randomState: 0.5 })).toThrow("randomState of TpeSampler must be null or an integer");
  });

  it("learns from the first trial on where it has no startup trials.", async () => {
    const sampler = await tpe({ randomState: 0, nStartupTrials: 0 });
    for (const { internals } of optimize(sampler, space, mixed, 5)) expect(internals.size).toBe(6);
  });

  it("asks to be prepared before it draws what it has learned.", async () => {
    const trials = optimize(await tpe({ randomState: 0 }), bowl, sphere, 12);
    expect(() => new TpeSampler().drawTogether(studyOf(trials), 12)).toThrow(
      "TpeSampler cannot draw yet; await its prepare() first",
    );
  });

  it("draws in a study of its own while others do, prepared at once and again.", async () => {
    const alone = optimize(await tpe({ randomState: 3 }), space, mixed, 20);
    const samplers = [3, 3, 5].map((randomState) => new TpeSampler({ randomState }));
    await Promise.all([...samplers, ...samplers].map((sampler) => sampler.prepare()));
    const trials: FrozenTrial[][] = samplers.map(() => []);
    for (let number = 0; number < 20; number++) {
      for (const [i, sampler] of samplers.entries()) {
        const internals = drawAll(sampler, studyOf(trials[i]!), number, space);
        trials[i]!.push(trialOf(number, space, { value: mixed(internals), internals }));
      }
    }
    expect(trials.map((each) => each.length)).toEqual([20, 20, 20]);
    expect(trials[0]).toEqual(alone);
    expect(trials[1]).toEqual(alone);
    expect(trials[2]).not.toEqual(alone);
  });

  it("refuses what its memory cannot hold, which is far more than anybody needs.", async () => {
    const trials = optimize(await tpe({ randomState: 0 }), bowl, sphere, 12);
    const greedy = await tpe({ nEiCandidates: 1e8 });
    expect(() => greedy.drawTogether(studyOf(trials), 12)).toThrow(
      /^TpeSampler needs \d+ MiB for a proposal and can have 256;/,
    );
    const many = await tpe({ nEiCandidates: 1e5 });
    expect(many.drawTogether(studyOf(trials), 12).size).toBe(3);
  });
});
