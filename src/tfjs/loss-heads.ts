import type { Loss } from "../neural/losses.js";
import type { Tensor, Tf } from "./namespace.js";

/** Keeps quotients finite in f32; a probability below it has a gradient of 0. */
const TINY = 1e-37;

/** What a loss says of rows, all of it computed outside of the tape. */
interface Verdict {
  /** Of each row. */
  readonly loss: Tensor;
  /** Of each row 1 or 0: whether its class was right; null for numbers. */
  readonly right: Tensor | null;
  /** Derivative of each row's loss by the outputs, of their shape. */
  readonly slope: Tensor;
}

/** Where a loss begins: at what the last activation gets ("logits", fused with it and stable), or at what the network answers. */
export type Head = (tf: Tf, outputs: Tensor, targets: Tensor) => Verdict;

/**
 * Losses with their derivatives. Those that tfjs would find go wrong where they matter: at an error of 0 its abs has the slope -1.
 *
 * @param logits whether the outputs still lack their softmax or sigmoid
 */
export function headOf(loss: Loss, logits: boolean): Head {
  if (loss === "categoricalCrossentropy") return logits ? softmaxHead : categoricalHead;
  if (loss === "binaryCrossentropy") return logits ? sigmoidHead : binaryHead;
  return (tf, outputs, targets) => numberHead(tf, loss, outputs, targets);
}

/** Targets for a head: of each class 1 or 0, or the number itself. */
export function fillTargets(into: Float32Array, loss: Loss, outputs: number, row: number, target: number): void {
  if (loss === "categoricalCrossentropy") into[row * outputs + target] = 1;
  else into[row] = target;
}

const rowSums = (tf: Tf, x: Tensor) => tf.sum(tf.reshape(x, [x.shape[0]!, -1]), 1);
const asFloat = (tf: Tf, x: Tensor) => tf.cast(x, "float32");

function isArgMax(tf: Tf, outputs: Tensor, targets: Tensor): Tensor {
  const [rows] = outputs.shape as [number];
  const best = (x: Tensor) => tf.argMax(tf.reshape(x, [rows, -1]), 1);
  return asFloat(tf, tf.equal(best(outputs), best(targets)));
}

/** Softmax along the last axis; a network may flatten afterwards, so there may be several groups of classes in a row. */
const softmaxHead: Head = (tf, outputs, flatTargets) => {
  const targets = tf.reshape(flatTargets, outputs.shape);
  const logs = tf.logSoftmax(outputs);
  const touched = tf.sum(targets, -1, true);
  return {
    loss: tf.neg(rowSums(tf, tf.mul(targets, logs))),
    right: isArgMax(tf, logs, targets),
    // Not exp(logs): webgl's packed textures have places beyond the rows, where ln 0 would become NaN and leak into products.
    slope: tf.sub(tf.mul(tf.softmax(outputs), touched), targets),
  };
};

const categoricalHead: Head = (tf, outputs, flatTargets) => {
  const targets = tf.reshape(flatTargets, outputs.shape);
  const probability = rowSums(tf, tf.mul(targets, outputs));
  return {
    loss: tf.neg(tf.log(tf.maximum(probability, TINY))),
    right: isArgMax(tf, outputs, targets),
    slope: tf.neg(tf.div(targets, tf.maximum(outputs, TINY))),
  };
};

/** -ln sigmoid(z) = softplus(-z) for class 1, softplus(z) for class 0. */
const sigmoidHead: Head = (tf, outputs, targets) => {
  const z = tf.reshape(outputs, [-1]);
  const probability = tf.sigmoid(z);
  const sign = tf.sub(1, tf.mul(2, targets));
  return {
    loss: tf.softplus(tf.mul(sign, z)),
    right: isOverHalf(tf, probability, targets),
    slope: tf.reshape(tf.mul(sign, tf.sigmoid(tf.mul(sign, z))), outputs.shape),
  };
};

const binaryHead: Head = (tf, outputs, targets) => {
  const p = tf.reshape(outputs, [-1]);
  const sign = tf.sub(1, tf.mul(2, targets));
  const probability = tf.maximum(tf.sub(tf.sub(1, targets), tf.mul(sign, p)), TINY);
  return {
    loss: tf.neg(tf.log(probability)),
    right: isOverHalf(tf, p, targets),
    slope: tf.reshape(tf.div(sign, probability), outputs.shape),
  };
};

const isOverHalf = (tf: Tf, probability: Tensor, targets: Tensor) =>
  asFloat(tf, tf.equal(asFloat(tf, tf.greater(probability, 0.5)), targets));

function numberHead(tf: Tf, loss: Loss, outputs: Tensor, targets: Tensor): Verdict {
  const error = tf.sub(tf.reshape(outputs, [-1]), targets);
  const shaped = (slope: Tensor) => tf.reshape(slope, outputs.shape);
  if (loss === "meanSquaredError") {
    return { loss: tf.square(error), right: null, slope: shaped(tf.mul(error, 2)) };
  }
  const size = tf.abs(error);
  if (loss === "meanAbsoluteError") return { loss: size, right: null, slope: shaped(tf.sign(error)) };
  const bent = tf.minimum(size, 1); // Half its square, then a slope of 1.
  const huber = tf.mul(bent, tf.sub(size, tf.mul(bent, 0.5)));
  return { loss: huber, right: null, slope: shaped(tf.clipByValue(error, -1, 1)) };
}

/** What is reported of a batch: the sum of its losses, and the weights of its right rows. */
export const REPORTED = 2;

/**
 * The loss of a batch as a scalar on the tape, sum of weight * loss / rows.
 *
 * @param report is handed what the batch came to, a tensor that whoever takes it must keep
 */
export function batchLoss(
  tf: Tf,
  head: Head,
  outputs: Tensor,
  targets: Tensor,
  weights: Tensor | null,
  report: (came: Tensor) => void,
): Tensor {
  const rows = outputs.shape[0]!;
  const compute = tf.customGrad((given, save) => {
    const z = given as Tensor;
    const { loss, right, slope } = head(tf, z, targets);
    const weighted = (x: Tensor) => (weights === null ? x : tf.mul(x, weights));
    const total = tf.sum(weighted(loss));
    const hits = right === null ? tf.zerosLike(total) : tf.sum(weighted(right));
    report(tf.stack([total, hits]));
    const perRow = [rows, ...z.shape.slice(1).map(() => 1)];
    const share = weights === null ? tf.scalar(1 / rows) : tf.reshape(tf.div(weights, rows), perRow);
    (save as (tensors: Tensor[]) => void)([tf.mul(slope, share)]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => tf.mul(saved[0]!, dy);
    return { value: tf.div(total, rows), gradFunc };
  });
  return compute(outputs);
}
