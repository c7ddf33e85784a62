import type { RunContext } from "../../../src/core/estimator.js";
import { Matrix } from "../../../src/core/matrix.js";
import { conv2d, dense, flatten, maxPooling2d } from "../../../src/neural/layers.js";
import { sgd } from "../../../src/neural/optimizers.js";
import { that } from "../../../src/testing/assertions.js";
import { referenceBackend } from "../reference/backend.js";
import { expectArrayNear, expectResultNear, expectWeightsNear, together } from "./comparisons.js";
import { type Problem, problemOf } from "./problem.js";
import { recipes } from "./recipes.js";
import type { BackendCheck, Subject } from "./subject.js";

/** Learns and answers what the reference does. */
export function agreementChecks(subject: Subject): BackendCheck[] {
  const ofRecipes = Array.from(recipes(), ([name, recipe]) =>
    subject.check(`learns as the reference does: ${name}`, (ctx) => agrees(subject, problemOf(recipe), ctx)),
  );
  const ofRows = subject.check("learns as the reference does: epochs that leave rows out or take some twice", (ctx) => {
    const layers = [dense({ units: 6, activation: "tanh" }), dense({ activation: "softmax" })];
    const problem = problemOf({ layers, inputShape: [5], weighted: true });
    const orders = [[3, 1, 4, 1, 5, 9, 2, 6, 5], [30], [...problem.epochs[2]!.order].slice(0, 21)];
    const epochs = problem.epochs.map((epoch, i) => ({ ...epoch, order: Uint32Array.from(orders[i % 3]!) }));
    return agrees(subject, { ...problem, epochs }, ctx);
  });
  const ofTies = subject.check("the first of equal values of a maxPooling2d window gets the gradient", (ctx) => {
    return agrees(subject, problemOfTies(), ctx);
  });
  return [...ofRecipes, ofRows, ofTies];
}

/** Trains both, epoch by epoch, then lets both answer with the same weights. */
async function agrees(subject: Subject, { setup, epochs }: Problem, ctx: RunContext): Promise<void> {
  const { backend, tolerance } = subject;
  const { network, X } = setup;
  const truth = await referenceBackend.train(setup, ctx);
  const training = await backend.train(setup, ctx);
  try {
    for (const epoch of epochs) {
      const batches = Math.ceil(epoch.order.length / setup.batchSize);
      let done = 0;
      const onBatches = (now: number, total: number) => {
        that(
          now >= done && now <= total && total === batches,
          `onBatches(${now}, ${total}) after ${done} of ${batches}`,
        );
        done = now;
      };
      const actual = await training.epoch({ ...epoch, onBatches });
      const expected = await truth.epoch({ ...epoch, onBatches() {} });
      const when = `epoch ${epoch.index}`;
      const [weights, trueWeights] = [await training.weights(), await truth.weights()];
      together(
        () => expectResultNear(actual, expected, tolerance, when),
        () => expectWeightsNear(network, weights, trueWeights, tolerance, ` after ${when}`),
      );
    }
    const weights = await truth.weights();
    const answers = await backend.predict(network, weights, X, ctx);
    expectArrayNear(answers, await referenceBackend.predict(network, weights, X, ctx), tolerance, "predict");
  } finally {
    training.end();
    truth.end();
  }
}

/** Two channels that a kernel of equal weights cannot tell apart: every window holds [1, 0] and [0, 1], which tie. */
function problemOfTies(): Problem {
  const layers = [
    conv2d({ filters: 1, kernelSize: 1, useBias: false }),
    maxPooling2d(),
    flatten(),
    dense({ units: 1, useBias: false }),
  ];
  const optimizer = sgd({ learningRate: 0.25 });
  const recipe = { layers, inputShape: [2, 4, 2], outputs: 1, loss: "meanSquaredError", rows: 4, optimizer } as const;
  const problem = problemOf({ ...recipe, steps: 1 });
  const [a, b, none] = [
    [1, 0],
    [0, 1],
    [0, 0],
  ] as const;
  const images = [
    [none, a, b, a, b, none, a, b],
    [a, none, none, a, none, b, b, none],
    [b, a, a, b, a, b, b, a],
    [none, none, b, none, b, a, none, a],
  ];
  const X = new Matrix(Float32Array.from(images.flat(2)), 4, 16);
  const weights = [Float32Array.of(0.5, 0.5), Float32Array.of(1, -2)];
  return { ...problem, setup: { ...problem.setup, X, weights, targets: Float32Array.of(1, 2, 3, 4) } };
}
