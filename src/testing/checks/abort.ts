import type { FitOptions } from "../../core/estimator.js";
import type { Pool } from "../../parallel/pool.js";
import { failureOf, pause, same, that, within } from "../assertions.js";
import { type Check, check } from "../check.js";
import { WatchedPool } from "../pools.js";
import { makeProblem } from "../problem.js";
import type { Subject } from "../subject.js";

const PATIENCE_MS = 500;

/** An AbortSignal is heard within half a second, changes nothing, and leaves nothing behind. */
export function abortChecks(s: Subject): readonly Check[] {
  const { rows, y } = s.problem;
  const reason = new Error("aborted on purpose");
  const long = () => makeProblem(s.target, s.options.longRows ?? 3000, 3, 11);

  return [
    check(null, "a signal that was aborted before stops every verb by its reason", async () => {
      const fitted = await s.fitted();
      const { state } = fitted;
      const signal = AbortSignal.abort(reason);
      that((await failureOf(() => s.fit(fitted, rows, y, { signal }))) === reason, "fit must throw the reason");
      for (const method of s.methods) {
        const failure = await failureOf(() => s.ask(fitted, method, rows, { signal }));
        that(failure === reason, `${method} must throw the reason`);
      }
      that(fitted.state === state, "the state must be as it was");
    }),
    check(null, "aborted while a kernel runs, fit throws the reason and leaves the old state", async () => {
      for (const inner of [s.pools.inline, s.pools.workers(2)]) {
        const fitted = await s.fitted();
        const { state } = fitted;
        const calls = await callsOf(s, inner);
        for (const at of new Set([0, Math.floor(calls / 2), calls - 1])) {
          if (at < 0 || at >= calls) continue;
          const controller = new AbortController();
          const pool = new WatchedPool(inner, at, () => controller.abort(reason));
          const fit = s.fit(fitted, rows, y, { pool, signal: controller.signal });
          const failure = await within(
            PATIENCE_MS,
            failureOf(() => fit),
            "an aborted fit",
          );
          if (failure === null) {
            that(at === calls - 1, `fit must throw the reason when it is aborted in call ${at} of ${calls}`);
            continue;
          }
          that(failure === reason, `fit must throw the reason; it threw ${String(failure)}`);
          that(fitted.isFitted, "the old state must be left");
          same(fitted.state, state, "state");
        }
        await s.fit(fitted, rows, y, { pool: inner });
        same(fitted.state, state, "state of the next fit");
      }
    }),
    check(null, "a long fit on the calling thread is stopped within half a second", () => stopsLong(s.pools.inline)),
    check(null, "a long fit by workers is stopped within half a second", () => stopsLong(s.pools.workers(2))),
    check(null, "no listener stays on the signal after fit and after the other verbs", async () => {
      const { signal, listeners } = countingSignal();
      const fitted = await s.fit(s.make(), rows, y, { signal });
      await s.answers(fitted, rows, { signal });
      await failureOf(() => s.fit(s.make(), [], y, { signal }));
      same(listeners(), 0, "listeners");
    }),
    check(null, "progress comes in order and ends at its total", async () => {
      const last = new Map<string, number>();
      const onProgress: FitOptions["onProgress"] = ({ what, done, total }) => {
        that(done >= (last.get(what) ?? 0) || done === 0 || s.isComposite, `${what} went back to ${done}`);
        that(done <= total && total > 0, `${what}: ${done} of ${total}`);
        last.set(what, done);
      };
      await s.fit(s.make(), rows, y, { onProgress });
    }),
  ];

  async function stopsLong(pool: Pool): Promise<void> {
    const { rows: manyRows, y: many } = long();
    const fitted = await s.fitted();
    const { state } = fitted;
    for (const delay of [0, 15]) {
      const controller = new AbortController();
      const fit = s.fit(fitted, manyRows, many, { pool, signal: controller.signal });
      const settled = failureOf(() => fit);
      await Promise.race([pause(delay), settled]);
      controller.abort(reason);
      const failure = await within(PATIENCE_MS, settled, "an aborted fit");
      if (failure === null) break; // It was done before.
      that(failure === reason, `fit must throw the reason; it threw ${String(failure)}`);
      that(fitted.state === state, "the old state must be left");
    }
    await s.fit(fitted, rows, y, { pool });
    same(fitted.state, state, "state of the next fit");
  }
}

async function callsOf(s: Subject, inner: Pool): Promise<number> {
  const pool = new WatchedPool(inner, -1, () => {});
  await s.fitted({}, s.problem.rows, { pool });
  return pool.calls;
}

/** A signal that counts those who listen to it. */
function countingSignal(): { readonly signal: AbortSignal; readonly listeners: () => number } {
  const { signal } = new AbortController();
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    count++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    count--;
    removeEventListener.apply(signal, args);
  };
  return { signal, listeners: () => count };
}
