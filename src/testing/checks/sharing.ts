import type { AnyEstimator, Fitted } from "../../core/estimator.js";
import { fitAll } from "../../core/fit-all.js";
import { predictAll } from "../../core/predict-all.js";
import { Rng } from "../../core/random.js";
import { failureOf, same, that } from "../assertions.js";
import { type Check, check } from "../check.js";
import type { Subject } from "../subject.js";
import { samples } from "./params.js";

type Patch = Readonly<Record<string, unknown>>;

/** The sharing law: what is fitted or asked together comes out as it would alone, to the last bit. */
export function sharingChecks(s: Subject): readonly Check[] {
  const { rows, y } = s.problem;
  const options = { pool: s.pools.inline };
  let alone: Promise<readonly (readonly [Patch, Fitted<object>])[]> | undefined;
  /** The candidates that can be fitted alone, and their states. */
  const candidates = () => (alone ??= fittable(s));
  const shuffled = async () => {
    const all = await candidates();
    return Array.from(new Rng(3).permutation(all.length), (i) => all[i]!);
  };
  const together = async (patches: readonly Patch[], pool = s.pools.inline) => {
    const made = patches.map((patch) => s.make(patch));
    for await (const index of fitAll(made, rows, y, { pool })) that(made[index]!.isFitted, `${index} must be fitted`);
    return made;
  };
  const expectStates = (made: readonly AnyEstimator[], all: readonly (readonly [Patch, Fitted<object>])[]) => {
    for (const [i, [patch, state]] of all.entries()) same(made[i]!.state, state, `state of ${show(patch)}`);
  };

  return [
    check(
      null,
      "fitted together, candidates of every sample value end in the states that they have alone",
      async () => {
        const all = await candidates();
        expectStates(await together(all.map(([patch]) => patch)), all);
      },
    ),
    check(null, "fitted together in another order, and some of them twice, they end in the same states", async () => {
      const all = (await shuffled()).flatMap((each, i) => (i % 3 === 0 ? [each, each] : [each]));
      expectStates(await together(all.map(([patch]) => patch)), all);
    }),
    check(null, "fitted together by workers they end in the same states", async () => {
      const all = await shuffled();
      expectStates(
        await together(
          all.map(([patch]) => patch),
          s.pools.workers(2),
        ),
        all,
      );
    }),
    check(null, "a reader who breaks off finds those fitted that it was given, and all of them usable", async () => {
      const all = await shuffled();
      const made = all.map(([patch]) => s.make(patch));
      const seen = new Set<number>();
      for await (const index of fitAll(made, rows, y, options)) {
        seen.add(index);
        if (seen.size >= Math.min(2, all.length)) break;
      }
      for (const [i, [patch, state]] of all.entries()) {
        if (made[i]!.isFitted) same(made[i]!.state, state, `state of ${show(patch)}`);
        else that(!seen.has(i), `${show(patch)} was given and must be fitted`);
      }
      await s.fit(made.at(-1)!);
      same(made.at(-1)!.state, all.at(-1)![1], "state of a fit after the break");
    }),
    check(null, "a candidate that fails is told of, and fails alone", async () => {
      const [key, rule] = Object.entries(s.rules).find(([, { wrong }]) => wrong.length > 0) ?? [];
      if (key === undefined) return;
      const all = (await candidates()).slice(0, 4);
      const patches: Patch[] = all.map(([patch]) => patch);
      const made = [...patches.slice(0, 1), { [key]: rule!.wrong[0] }, ...patches.slice(1)].map((patch) =>
        s.make(patch),
      );
      const failed: number[] = [];
      for await (const _ of fitAll(made, rows, y, { ...options, onFailure: (index) => failed.push(index) }));
      same(failed, [1], "indices that failed");
      expectStates(
        made.filter((_, i) => i !== 1),
        all,
      );
    }),
    check(null, "without anybody to tell, a candidate that fails ends everything by its error", async () => {
      const [key, rule] = Object.entries(s.rules).find(([, { wrong }]) => wrong.length > 0) ?? [];
      if (key === undefined) return;
      const made = [s.make(), s.make({ [key]: rule!.wrong[0] })];
      const failure = await failureOf(async () => {
        for await (const _ of fitAll(made, rows, y, options));
      });
      that(failure !== null, "fitAll must throw");
    }),
    ...s.methods.map((method) =>
      check(null, `asked together for ${method}, each answers as it does alone`, async () => {
        const made = await together((await shuffled()).map(([patch]) => patch));
        const able = made.filter((one) => one.methods.includes(method));
        const asked = [...able, able[0]!];
        const seen = new Set<number>();
        for await (const [index, output] of predictAll(asked, rows, method, options)) {
          same(output, await s.ask(asked[index]!, method), `${method} of ${asked[index]}`);
          seen.add(index);
        }
        same(seen.size, asked.length, "number of answers");
        for await (const _ of predictAll(asked, rows, method, options)) break;
      }),
    ),
  ];
}

async function fittable(s: Subject): Promise<readonly (readonly [Patch, Fitted<object>])[]> {
  const all: (readonly [Patch, Fitted<object>])[] = [[{}, (await s.fitted()).state]];
  for (const [key, value] of samples(s)) {
    const made = s.make({ [key]: value });
    if ((await failureOf(() => s.fit(made))) === null) all.push([{ [key]: value }, made.state]);
  }
  return all;
}

const show = (patch: Patch) =>
  Object.entries(patch)
    .map(([key, value]) => `${key} = ${String(value)}`)
    .join() || "the first";
