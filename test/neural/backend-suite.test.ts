import { describe, expect, it } from "vitest";
import { Matrix } from "../../src/core/matrix.js";
import { Workspace } from "../../src/core/workspace.js";
import type { NeuralBackend } from "../../src/neural/backend.js";
import { weightsOf } from "../../src/neural/network.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";
import { CheckFailure, failureOf } from "../../src/testing/assertions.js";
import { neuralBackendChecks } from "./backend-suite.js";
import * as faulty from "./faulty-backends.js";
import { referenceBackend, referenceBackendOf } from "./reference/backend.js";
import { updateWeights } from "./reference/optimizers.js";
import { problemOf } from "./suite/problem.js";
import { recipes } from "./suite/recipes.js";
import { outcomeOf } from "./suite/subject.js";

const { wrapped, withLayers, withOptimizer, withPasses, withSpec } = faulty;
type Fault = readonly [what: string, check: string, says: RegExp, backend: NeuralBackend];

const ignoring = (...settings: readonly string[]) =>
  withOptimizer(
    (optimizer) =>
      Object.fromEntries(
        Object.entries(optimizer).map(([key, value]) => [key, settings.includes(key) ? 0 : value]),
      ) as unknown as typeof optimizer,
  );

/** What people get wrong, the check that must find it, and what that must say. */
const FAULTS: readonly Fault[] = [
  [
    "biases stay as they are",
    "a single layer",
    /dense_1\/bias\[\d+\] after epoch 0 is/,
    withLayers((layer) => ({
      ...layer,
      weights: layer.weights.map((each) => ({ ...each, trainable: each.trainable && !each.name.endsWith("bias") })),
    })),
  ],
  [
    "row weights are ignored",
    "the loss huber",
    /loss of epoch 0 is/,
    wrapped({ setup: (s) => ({ ...s, rowWeights: null }) }),
  ],
  [
    "the last batch is forgotten",
    "a single layer",
    /onBatches/,
    wrapped({
      epoch: (training, epoch, { batchSize }) =>
        training.epoch({ ...epoch, order: epoch.order.slice(0, -(epoch.order.length % batchSize)) }),
    }),
  ],
  [
    "the last batch is divided by the size of the others",
    "a single layer",
    /is .* and must be/,
    wrapped({
      epoch: (training, epoch, setup) => faulty.byBatches(training, epoch, setup, (rows) => rows / setup.batchSize),
    }),
  ],
  [
    "rows are taken as they lie",
    "a single layer",
    /is .* and must be/,
    wrapped({
      epoch: (training, epoch) => training.epoch({ ...epoch, order: epoch.order.toSorted() }),
    }),
  ],
  [
    "only the first learning rate counts",
    "a single layer",
    /is .* and must be/,
    wrapped({
      epoch: (training, epoch, { optimizer }) => training.epoch({ ...epoch, learningRate: optimizer.learningRate }),
    }),
  ],
  [
    "the loss is a mean",
    "a single layer",
    /loss of epoch 0/,
    wrapped({
      epoch: async (training, epoch) => {
        const result = await training.epoch(epoch);
        return { ...result, loss: result.loss / epoch.order.length };
      },
    }),
  ],
  [
    "all rows are right",
    "a single layer",
    /right of epoch 0/,
    wrapped({
      epoch: async (training, epoch) => ({ ...(await training.epoch(epoch)), right: epoch.order.length }),
    }),
  ],
  [
    "batches are counted wrong",
    "a single layer",
    /onBatches/,
    wrapped({
      epoch: (training, epoch) =>
        training.epoch({ ...epoch, onBatches: (done, total) => epoch.onBatches(done, total + 1) }),
    }),
  ],

  ["dropout counts anew in each batch", "dropout of rows", /is .* and must be/, wrapped({ epoch: faulty.byBatches })],
  [
    "dropout takes another layer's key",
    "two dropouts",
    /is .* and must be/,
    wrapped({
      epoch: (training, epoch) =>
        training.epoch({ ...epoch, dropoutKeys: epoch.dropoutKeys.map((_, i, keys) => keys[(i + 2) % keys.length]!) }),
    }),
  ],
  [
    "dropout goes on while answering",
    "dropout of images",
    /predict\[\d+\]/,
    withPasses({ dropout: faulty.dropoutWhileAnswering }),
  ],

  [
    "averages count the padding",
    "averagePooling2d of 5 x 7 by 2 x 2, strides 2 x 2, same",
    /is .* and must be/,
    withPasses({ averagePooling2d: faulty.averageOfAll }),
  ],
  [
    "the odd padding comes first",
    "maxPooling2d of 5 x 7 by 2 x 2, strides 2 x 2, same",
    /is .* and must be/,
    withPasses({ maxPooling2d: faulty.turned }),
  ],
  [
    "the last of equal values gets the gradient",
    "the first of equal values",
    /conv2d_1\/kernel/,
    withPasses({ maxPooling2d: faulty.turned }),
  ],
  [
    "the moving variance is that of an unbiased estimate",
    "batchNormalization of rows",
    /movingVariance/,
    withPasses({ batchNormalization: faulty.unbiasedVariance }),
  ],
  [
    "momentum of batchNormalization is the other way round",
    "batchNormalization with settings",
    /moving/,
    withSpec("batchNormalization", { momentum: 0.3 }),
  ],
  [
    "answers are normalized by the batch",
    "batchNormalization of rows",
    /predict\[\d+\]/,
    wrapped({ predict: faulty.byTheBatch }),
  ],
  [
    "selu is elu",
    "dense layers of selu",
    /is .* and must be/,
    withLayers((layer) => {
      const { spec } = layer;
      return "activation" in spec && spec.activation === "selu"
        ? { ...layer, spec: { ...spec, activation: "elu" } }
        : layer;
    }),
  ],

  ["momentum is ignored", "sgd with momentum", /is .* and must be/, ignoring("momentum")],
  ["Nesterov is ignored", "sgd with Nesterov's", /is .* and must be/, ignoring("nesterov")],
  ["momentum of rmsprop is ignored", "rmsprop with momentum", /is .* and must be/, ignoring("momentum")],
  ["weights do not decay", "adamw", /is .* and must be/, ignoring("weightDecay")],
  [
    "weights decay at Keras's rate only",
    "adamw that decays fast",
    /is .* and must be/,
    withOptimizer((o) => ("weightDecay" in o ? { ...o, weightDecay: 0.004 } : o)),
  ],
  [
    "adam does not correct its bias",
    "adam with Keras's",
    /is .* and must be/,
    referenceBackendOf({
      updateWeights: (optimizer, step) => updateWeights(optimizer, { ...step, t: 1e9 }),
    }),
  ],
  ["adam counts its steps anew in each epoch", "adam with settings", /is .* and must be/, faulty.steppingAnew],
  ["adam adds epsilon within the root", "adam with settings", /is .* and must be/, faulty.epsilonWithin],

  [
    "views are taken for their tables",
    "rows of a view of f32",
    /is .* and must be/,
    wrapped({ setup: faulty.withoutView }),
  ],
  [
    "bytes are not scaled",
    "images of scaled bytes",
    /is .* and must be/,
    wrapped({
      setup: (s) => ({ ...s, X: new Matrix(s.X.data, s.X.rows, s.X.cols) }),
    }),
  ],
  [
    "sums are as coarse as bf16",
    "a single layer",
    /is .* and must be/,
    referenceBackendOf({
      updateWeights: (optimizer, step) => {
        updateWeights(optimizer, step);
        step.weights.set(step.weights.map(faulty.bf16));
      },
    }),
  ],

  ["answers depend on who asks with them", "predict gives a row", /predict of the rows/, faulty.unlikeAlone],
  ["each training is a bit different", "the same setup gives", /to the last bit|within 0/, faulty.neverTheSame],
  [
    "containers are told apart",
    "the same values give the same bits",
    /to the last bit|within 0/,
    faulty.partialToBytes,
  ],
  ["weights are live", "weights are copies", /is .* and must be/, faulty.liveWeights],
  ["trainings share their state", "two trainings at once", /is .* and must be|there are/, faulty.sharedState],
  ["memory is kept", "end may be called twice", /bytes of the pool's memory were not given back/, faulty.leaking],
  [
    "NaN goes unnoticed",
    "a loss that is NaN",
    /failedBatch/,
    wrapped({
      epoch: async (training, epoch) => ({ ...(await training.epoch(epoch)), failedBatch: null }),
    }),
  ],
  ["aborts of epochs are not heard", "an epoch that is aborted", /must settle within/, faulty.unstoppable],
  ["aborts of answers are not heard", "a predict that is aborted", /must settle within/, faulty.unstoppable],
  ["aborts before the begin are not heard", "what is aborted before", /must reject/, faulty.deafAtFirst],
  ["aborts get a reason of their own", "what is aborted before", /must reject/, faulty.unreasonable],
  ["the thread is held", "an epoch that is aborted", /it rejected \d+ ms after/, faulty.blocking],
];

/** The same arithmetic with all weights and moments in f32. */
const roundingBackend = referenceBackendOf({
  updateWeights: (optimizer, step) => {
    updateWeights(optimizer, { ...step, gradient: step.gradient.map(Math.fround) });
    for (const array of [step.weights, step.moments.first, step.moments.second]) array.set(array.map(Math.fround));
  },
});

describe("The suite of neural backends", () => {
  it.each(FAULTS)("finds that %s", async (_, check, says, backend) => {
    const found = neuralBackendChecks(backend).find(({ name }) =>
      name.replace(/^learns as the reference does: /, "").startsWith(check),
    );
    expect(found, check).toBeDefined();
    const failure = await failureOf(() => found!.run());
    expect(failure).toBeInstanceOf(CheckFailure);
    expect((failure as Error).message).toMatch(says);
  });

  it("passes a backend that keeps weights in f32, ten times within its tolerance", async () => {
    const checks = neuralBackendChecks(roundingBackend, { tolerance: 1e-5 }).filter(({ name }) =>
      /adam|rmsprop|sgd|batchNormalization|dense layers/.test(name),
    );
    expect(checks.length).toBeGreaterThan(20);
    for (const { run } of checks) await run();
  });

  it("moves every array of weights by at least twenty times its tolerance", async () => {
    const ctx = { pool: inlinePool(), workspace: new Workspace(), signal: new AbortController().signal };
    for (const [name, recipe] of recipes()) {
      const problem = problemOf(recipe);
      const { weights } = await outcomeOf(await referenceBackend.train(problem.setup, ctx), problem);
      for (const [at, spec] of weightsOf(problem.setup.network).entries()) {
        const moves = weights[at]!.map((value, i) => Math.abs(value - problem.setup.weights[at]![i]!));
        const stays = recipe.layers.some((layer) => layer.type === "batchNormalization" && layer.momentum === 1);
        if (!stays || spec.trainable) expect(Math.max(...moves), `${spec.name} of ${name}`).toBeGreaterThan(20e-4);
      }
    }
    await ctx.pool.close();
  });
});
