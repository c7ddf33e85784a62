import type { RunContext } from "../../../src/core/estimator.js";
import { conv2d, dense, globalAveragePooling2d } from "../../../src/neural/layers.js";
import { failureOf, that, within } from "../../../src/testing/assertions.js";
import { type Problem, problemOf, stream } from "./problem.js";
import type { BackendCheck, Subject } from "./subject.js";

/** When the abort comes, and how long after it a backend may go on. */
const AFTER = 100;
const GRACE = 500;

export function abortChecks(subject: Subject): BackendCheck[] {
  const { backend } = subject;
  return [
    subject.check("an epoch that is aborted rejects with the reason within 500 ms", async (ctx, abort) => {
      const { setup, epochs } = longProblem();
      const training = await backend.train(setup, ctx);
      const epoch = { ...epochs[0]!, onBatches() {} };
      try {
        await training.epoch({ ...epoch, order: epoch.order.subarray(0, 1) }); // Code that comes when first needed has come.
        await abortedInTime(abort, () => training.epoch(epoch));
      } finally {
        training.end();
        training.end();
      }
    }),
    subject.check("a predict that is aborted rejects with the reason within 500 ms", async (ctx, abort) => {
      const { network, weights, X } = longProblem().setup;
      await backend.predict(network, weights, X.take([0]), ctx);
      await abortedInTime(abort, () => backend.predict(network, weights, X, ctx));
    }),
    subject.check("what is aborted before it begins rejects with the reason", async (ctx) => {
      const layers = [dense({ units: 4, activation: "tanh" }), dense({ activation: "softmax" })];
      const { setup, epochs } = problemOf({ layers, inputShape: [3] });
      const reason = new Error("no longer wanted");
      const late: RunContext = { ...ctx, signal: AbortSignal.abort(reason) };
      const trained = await failureOf(async () => {
        const training = await backend.train(setup, late);
        await training.epoch({ ...epochs[0]!, onBatches() {} }).finally(() => training.end());
      });
      that(trained === reason, `train (or its epoch) must reject with the signal's reason; got ${String(trained)}`);
      const asked = await failureOf(() => backend.predict(setup.network, setup.weights, setup.X, late));
      that(asked === reason, `predict must reject with the signal's reason; got ${String(asked)}`);
    }),
  ];
}

/** Aborts soon; `work` begins again as often as it ends before. */
async function abortedInTime(abort: AbortController, work: () => Promise<unknown>): Promise<void> {
  const reason = new Error("no longer wanted");
  let isOver = false;
  const from = performance.now();
  const timer = setTimeout(() => abort.abort(reason), AFTER);
  const working = failureOf(async () => {
    while (!isOver) await work();
  });
  try {
    const got = await within(AFTER + GRACE, working, "what is aborted");
    that(got === reason, `it must reject with the signal's reason; got ${String(got)}`);
    // A backend that holds the thread also holds up the timers.
    const late = performance.now() - from - AFTER;
    that(late <= GRACE, `it rejected ${Math.round(late)} ms after the time of the abort, and must within ${GRACE}`);
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
}

/** Seconds of work: a billion multiplications on the way forward. */
function longProblem(): Problem {
  const layers = [
    conv2d({ filters: 16, kernelSize: 5, padding: "same", activation: "relu" }),
    globalAveragePooling2d(),
    dense({ activation: "softmax" }),
  ];
  const problem = problemOf({ layers, inputShape: [12, 12, 3], rows: 32, batchSize: 32, steps: 1 });
  const next = stream(1);
  const rows = Uint32Array.from({ length: 6400 }, () => next() * 32);
  const { setup } = problem;
  const X = setup.X.take(rows);
  const targets = Float32Array.from(rows, (row) => setup.targets[row]!);
  const order = rows.map((_, i) => i);
  return { setup: { ...setup, X, targets }, epochs: [{ ...problem.epochs[0]!, order }] };
}
