import { BusyError } from "../../core/errors.js";
import { failureOf, refused, same, that } from "../assertions.js";
import { type Check, check } from "../check.js";
import { FailingPool } from "../pools.js";
import type { Subject } from "../subject.js";

/** One fit: whole or not at all, one at a time, and the same again. */
export function fittingChecks(s: Subject): readonly Check[] {
  const { rows } = s.problem;
  const spoilt = rows.map((row, i) => (i === 3 ? row.map(() => Infinity) : row));

  return [
    check("10", "fit returns the estimator itself", async () => {
      const made = s.make();
      that((await s.fit(made)) === made, "fit must return the estimator");
    }),
    check("12", "it is fitted after a fit and not before, and knows the number of features", async () => {
      const made = s.make();
      that(!made.isFitted, "it must not be fitted before");
      await s.fit(made);
      that(made.isFitted, "it must be fitted after");
      same(made.nFeaturesIn, rows[0]!.length, "nFeaturesIn");
    }),
    check("13", "fit takes X, y and options, whatever it learns from", async () => {
      const y = s.problem.y ?? rows.map((_, i) => i % 2);
      const made = await s.make().fit(rows, y, { pool: s.pools.inline });
      same(made.state, (await s.fitted()).state, "state of a fit that was given a y");
    }),
    check("51", "fitting again, or fitting another one, gives the same state to the last bit", async () => {
      const fitted = await s.fitted();
      const { state } = fitted;
      await s.fit(fitted);
      same(fitted.state, state, "state of the second fit");
      same((await s.fitted()).state, state, "state of another one");
      same((await s.fit(fitted.clone())).state, state, "state of a clone");
    }),
    check(null, "what it was fitted to before does not matter", async () => {
      const fitted = await s.fit(
        s.make(),
        rows.slice(6).map((row) => row.slice(1)),
        s.problem.y?.slice(6),
      );
      await s.fit(fitted);
      same(fitted.state, (await s.fitted()).state, "state");
    }),
    check("17", "its methods change neither its state nor its parameters, and answer the same again", async () => {
      const fitted = await s.fitted();
      const { state, params } = fitted;
      const twin = (await s.fitted()).state;
      const answers = await s.answers(fitted);
      same(await s.answers(fitted), answers, "the second answers");
      that(fitted.state === state && fitted.params === params, "state and params must be the same objects");
      same(fitted.state, twin, "state");
    }),
    check(null, "the records of its state are frozen", async () => {
      const { state } = await s.fitted();
      that(Object.isFrozen(state), "the state must be frozen");
      for (const part of Object.values(state.model)) {
        const isRecord = Array.isArray(part) || (part !== null && Object.getPrototypeOf(part) === Object.prototype);
        that(!isRecord || Object.isFrozen(part), "records in the state must be frozen");
      }
    }),
    check("12", "a fit that fails leaves the old state as it was, and the next one works", async () => {
      const fitted = await s.fitted();
      const { state } = fitted;
      await refused(() => s.fit(fitted, spoilt), "fit of infinity");
      that(fitted.state === state, "the old state must be left");
      await s.fit(fitted);
      same(fitted.state, state, "state of the next fit");
    }),
    check(null, "a kernel that fails in the middle of a fit leaves the old state as it was", async () => {
      const fitted = await s.fitted();
      const { state } = fitted;
      const counting = new FailingPool(s.pools.inline, -1, new Error());
      await s.fit(fitted, rows, s.problem.y, { pool: counting });
      same(fitted.state, state, "state of a fit on a pool that counts");
      let before = fitted.state;
      for (const at of new Set([0, Math.floor(counting.calls / 2), counting.calls - 1])) {
        if (at < 0 || at >= counting.calls) continue;
        const pool = new FailingPool(s.pools.inline, at, new Error(`call ${at} failed on purpose`));
        const failure = await failureOf(() => s.fit(fitted, rows, s.problem.y, { pool }));
        // What shares work tries again what failed together, one by one, and may so succeed.
        if (failure === null) same(fitted.state, state, `state of a fit whose call ${at} fails`);
        else that(fitted.state === before, "the old state must be left");
        before = fitted.state;
      }
      await s.fit(fitted);
      same(fitted.state, state, "state of the next fit");
    }),
    check("B124", "a second fit before the first has settled is refused, and the first goes on", async () => {
      const made = s.make();
      const first = s.fit(made);
      await refused(() => s.fit(made), "a second fit", { error: BusyError });
      await refused(() => made.setParams({}), "setParams during fit", { error: BusyError });
      await first;
      same(made.state, (await s.fitted()).state, "state of the first fit");
      await s.fit(made);
    }),
    check(null, "while it is fitted again it answers from its old state", async () => {
      const fitted = await s.fitted();
      const expected = await s.answers(fitted);
      const again = s.fit(fitted);
      same(await s.answers(fitted), expected, "answers during the second fit");
      await again;
    }),
  ];
}
