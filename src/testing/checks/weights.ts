import { InvalidDataError } from "../../core/errors.js";
import { close, failureOf, refused, same, that } from "../assertions.js";
import { type Check, check } from "../check.js";
import { difference } from "../difference.js";
import type { Subject } from "../subject.js";

/** Weights of rows: refused where they are none, and meant as counts where they are used. */
export function weightChecks(s: Subject): readonly Check[] {
  const { rows, y } = s.problem;
  const weigh = (weights: unknown) => s.fit(s.make(), rows, y, { sampleWeight: weights as number[] });
  const ones = rows.map(() => 1);
  const uneven = rows.map((_, i) => 1 + (i % 5));
  const repeats = s.options.weightsAsRepeats === undefined ? {} : s.options.weightsAsRepeats;

  return [
    check("47", "weights of the wrong number, kind or sign are refused", async () => {
      const bad: Readonly<Record<string, readonly [unknown, RegExp, number?]>> = {
        "a weight too few": [ones.slice(1), new RegExp(`${rows.length}.*${rows.length - 1}`)],
        "a weight too many": [[...ones, 1], new RegExp(`${rows.length}.*${rows.length + 1}`)],
        "rows of weights": [ones.map((one) => [one]), /sampleWeight/],
        "a negative weight": [ones.map((one, i) => (i === 2 ? -1 : one)), /row 2/, 2],
        NaN: [ones.map((one, i) => (i === 2 ? Number.NaN : one)), /row 2/, 2],
        infinity: [ones.map((one, i) => (i === 2 ? Infinity : one)), /row 2/, 2],
        "a string": [ones.map((one, i) => (i === 2 ? "1" : one)), /row 2/, 2],
        "a number in place of an array": [1, /sampleWeight/],
      };
      for (const [what, [weights, says, row]] of Object.entries(bad)) {
        await refused(() => weigh(weights), what, { error: InvalidDataError, says, row });
      }
    }),
    check("48", "weights that are all zero are refused", async () => {
      await refused(() => weigh(rows.map(() => 0)), "weights of zero", { error: InvalidDataError, says: /zero/ });
    }),
    check("47", "weights in a plain array, a typed array or a frozen one are the same", async () => {
      const { state } = await weigh([...uneven]);
      for (const form of [
        Float64Array.from(uneven),
        Float32Array.from(uneven),
        Uint8Array.from(uneven),
        Object.freeze([...uneven]),
      ]) {
        same((await weigh(form)).state, state, "state");
      }
    }),
    check(
      null,
      `it declares by usesSampleWeight that weights ${s.usesSampleWeight ? "change" : "do not change"} what it learns`,
      async () => {
        const lopsided = rows.map((_, i) => (i % 3 === 0 ? 40 : 1 + (i % 4)));
        const changes = difference((await weigh(lopsided)).state, (await s.fitted()).state) !== null;
        that(changes === s.usesSampleWeight, `weights ${changes ? "change" : "do not change"} its state`);
      },
    ),
    ...(s.usesSampleWeight
      ? [
          check("47", "weights of one are no weights", async () => {
            close(await s.answers(await weigh(ones)), await s.answers(await s.fitted()), s.tolerance, "answers");
          }),
          ...(repeats === null ? [] : repeatChecks(s, repeats)),
        ]
      : []),
    ...(s.usesSampleWeight && s.target === "labels"
      ? [
          check(
            "50",
            "weights that leave a single class are learnt from, or refused by an error that mentions classes",
            async () => {
              const made = s.make();
              const sampleWeight = y!.map((label) => (label === 0 ? 1 : 0));
              const failure = await failureOf(() => s.fit(made, rows, y, { sampleWeight }));
              if (failure === null) await s.answers(made);
              else await refused(() => Promise.reject(failure), "it", { error: InvalidDataError, says: /class/ });
            },
          ),
        ]
      : []),
  ];
}

function repeatChecks(s: Subject, patch: Readonly<Record<string, unknown>>): readonly Check[] {
  const { rows, y } = s.problem;
  const compare = async (counts: readonly number[]) => {
    const order = counts.flatMap((count, row) => Array.from({ length: count }, () => row));
    const weighed = await s.fit(s.make(patch), rows, y, { sampleWeight: [...counts] });
    const repeated = await s.fit(
      s.make(patch),
      order.map((i) => rows[i]!),
      y && order.map((i) => y[i]!),
    );
    close(await s.answers(weighed), await s.answers(repeated), s.tolerance, "answers");
  };
  return [
    check("49", "a row of weight 2 counts as the row twice", () => compare(rows.map((_, i) => 1 + (i % 2)))),
    check("49", "a row of weight 0 counts as none", () => compare(rows.map((_, i) => (i % 4 === 0 ? 0 : 1)))),
  ];
}
