import { Matrix } from "../../../src/core/matrix.js";
import { activation, batchNormalization, conv2d, dense, dropout, flatten } from "../../../src/neural/layers.js";
import { adam, sgd } from "../../../src/neural/optimizers.js";
import { that } from "../../../src/testing/assertions.js";
import { referenceBackend } from "../reference/backend.js";
import { expectArrayNear, expectNear, expectSameResult, expectWeightsNear } from "./comparisons.js";
import { type Problem, problemOf, type Recipe } from "./problem.js";
import { type BackendCheck, type Outcome, outcomeOf, type Subject } from "./subject.js";

/** A bit of everything. */
const MIXED: Recipe = {
  layers: [
    conv2d({ filters: 5, kernelSize: 3, useBias: false }),
    batchNormalization(),
    activation("relu"),
    flatten(),
    dropout(0.3),
    dense({ activation: "softmax" }),
  ],
  inputShape: [5, 7, 1],
  optimizer: adam({ learningRate: 0.01 }),
  weighted: true,
};
const NUMBERS: Recipe = {
  layers: [dense({ units: 4, activation: "tanh" }), dense()],
  inputShape: [3],
  outputs: 1,
  loss: "meanSquaredError",
};

/** How a backend behaves, whatever it computes. */
export function conductChecks(subject: Subject): BackendCheck[] {
  return [...bitChecks(subject), ...stateChecks(subject), ...failureChecks(subject)];
}

function expectSame(subject: Subject, { network }: Problem["setup"], actual: Outcome, expected: Outcome): void {
  for (const [i, result] of expected.results.entries()) {
    if (subject.sameBits === 0) expectSameResult(actual.results[i]!, result, `epoch ${i}`);
    else expectNear(actual.results[i]!.loss, result.loss, subject.sameBits, `loss of epoch ${i}`);
  }
  expectWeightsNear(network, actual.weights, expected.weights, subject.sameBits);
}

function bitChecks(subject: Subject): BackendCheck[] {
  const { backend, sameBits } = subject;
  return [
    subject.check("the same setup gives the same bits again", async (ctx) => {
      const problem = problemOf(MIXED);
      expectSame(subject, problem.setup, await subject.trained(problem, ctx), await subject.trained(problem, ctx));
    }),
    subject.check("the same values give the same bits as bytes, as f32 and as a view", async (ctx) => {
      const problem = problemOf({ ...MIXED, container: "scaled bytes" });
      const { X } = problem.setup;
      const plain = new Matrix(Float32Array.from(X.toFloat64()), X.rows, X.cols);
      const back = Array.from({ length: X.rows }, (_, i) => X.rows - 1 - i);
      const expected = await subject.trained(problem, ctx);
      for (const other of [plain, plain.take(back).take(back), X.take(back).take(back)]) {
        const setup = { ...problem.setup, X: other };
        expectSame(subject, setup, await subject.trained({ ...problem, setup }, ctx), expected);
        const { network, weights } = setup;
        const answers = await backend.predict(network, weights, other, ctx);
        expectArrayNear(answers, await backend.predict(network, weights, X, ctx), sameBits, "predict");
      }
    }),
    subject.check("predict gives a row the same bits alone as among others", async (ctx) => {
      const { network, weights, X } = problemOf({ ...MIXED, rows: 300 }).setup;
      const all = await backend.predict(network, weights, X, ctx);
      const expected = await referenceBackend.predict(network, weights, X, ctx);
      expectArrayNear(all, expected, subject.tolerance, "predict");
      for (const rows of [[0], [299], [7, 1, 7], Array.from({ length: 37 }, (_, i) => 8 * i)]) {
        const some = await backend.predict(network, weights, X.take(rows), ctx);
        const own = rows.flatMap((row) => Array.from(all.subarray(row * network.outputs, (row + 1) * network.outputs)));
        expectArrayNear(some, Float32Array.from(own), sameBits, `predict of the rows ${rows.slice(0, 3)}`);
      }
    }),
  ];
}

function stateChecks(subject: Subject): BackendCheck[] {
  const { backend, sameBits } = subject;
  return [
    subject.check("weights are copies, and asking for them or for answers in between changes nothing", async (ctx) => {
      const problem = problemOf(MIXED);
      const { setup } = problem;
      const before = setup.weights.map((array) => array.slice());
      const expected = await subject.trained(problem, ctx);
      expectWeightsNear(setup.network, setup.weights, before, 0, " of the setup");
      const training = await backend.train(setup, ctx);
      const results = [];
      for (const epoch of problem.epochs) {
        const weights = await training.weights();
        if (epoch.index === 0) expectWeightsNear(setup.network, weights, before, 0, " before the first epoch");
        await backend.predict(setup.network, weights, setup.X, ctx);
        for (const array of weights) array.fill(7);
        results.push(await training.epoch({ ...epoch, onBatches() {} }));
      }
      expectSame(subject, setup, { results, weights: await training.weights() }, expected);
      training.end();
    }),
    subject.check("two trainings at once don't disturb each other", async (ctx) => {
      const problems = [problemOf(MIXED), problemOf(NUMBERS)];
      const expected = [await subject.trained(problems[0]!, ctx), await subject.trained(problems[1]!, ctx)];
      const trainings = await Promise.all(problems.map(({ setup }) => backend.train(setup, ctx)));
      const both = await Promise.all(trainings.map((training, i) => outcomeOf(training, problems[i]!)));
      for (const [i, outcome] of both.entries()) expectSame(subject, problems[i]!.setup, outcome, expected[i]!);
      for (const training of trainings) training.end();
    }),
    subject.check("end may be called twice, and before any epoch", async (ctx) => {
      const { setup } = problemOf(NUMBERS);
      const training = await backend.train(setup, ctx);
      training.end();
      training.end();
      const answers = await backend.predict(setup.network, setup.weights, setup.X, ctx);
      const again = await backend.predict(setup.network, setup.weights, setup.X, ctx);
      expectArrayNear(answers, again, sameBits, "predict");
    }),
  ];
}

function failureChecks(subject: Subject): BackendCheck[] {
  const { backend } = subject;
  return [
    subject.check("a loss that is NaN ends the epoch and names its batch", async (ctx) => {
      for (const loss of ["meanSquaredError", "meanAbsoluteError", "huber"] as const) {
        const { setup, epochs } = problemOf({ ...NUMBERS, loss });
        const epoch = epochs[0]!;
        const targets = setup.targets.slice();
        targets[epoch.order[2 * setup.batchSize + 3]!] = Number.NaN;
        const training = await backend.train({ ...setup, targets }, ctx);
        const { failedBatch } = await training.epoch({ ...epoch, onBatches() {} });
        that(failedBatch === 2, `failedBatch of ${loss} is ${failedBatch}, and must be 2`);
        training.end();
        training.end();
      }
    }),
    subject.check("weights that are NaN make the first batch fail, whatever the loss and the layers", async (ctx) => {
      const mixed = problemOf(MIXED);
      for (const { setup, epochs } of [mixed, problemOf(NUMBERS)]) {
        const weights = setup.weights.map((array) => array.slice().fill(Number.NaN));
        const training = await backend.train({ ...setup, weights }, ctx);
        const { failedBatch } = await training.epoch({ ...epochs[0]!, onBatches() {} });
        that(failedBatch === 0, `failedBatch is ${failedBatch}, and must be 0`);
        training.end();
      }
    }),
    subject.check("a training that explodes says at which batch", async (ctx) => {
      const { setup, epochs } = problemOf({ ...NUMBERS, layers: [dense()], optimizer: sgd({ learningRate: 1e30 }) });
      const training = await backend.train(setup, ctx);
      const { failedBatch } = await training.epoch({ ...epochs[0]!, onBatches() {} });
      // Its second loss is about 1e60, which an f64 sum still holds; the weights of the third are infinite anyway.
      that(failedBatch === 1 || failedBatch === 2, `failedBatch is ${failedBatch}, and must be 1 or 2`);
      training.end();
    }),
  ];
}
