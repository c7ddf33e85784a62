// Losses of a batch, and their gradients: with respect to the outputs, or to what softmax or sigmoid is taken of.

const CATEGORICAL: u32 = 1;
const BINARY: u32 = 2;
const SQUARED: u32 = 3;
const ABSOLUTE: u32 = 4;

/** Probabilities below this count as this, whose logarithm is finite. */
const LEAST: f32 = 1.17549435e-38;

/** What batches have come to so far: f64 sum of weight * loss, f64 sum of the weights of rows that were right. */
export const SUM_OF_LOSSES: u32 = 0;
const SUM_OF_RIGHT: u32 = 8;

/** Adds a row's loss to the sums; its gradient, times `share`, goes to dy f32[stride], zeros where it is padded. */
export function lossOfRow(
  kind: u32, y: u32, outputs: u32, stride: u32, target: f32, weight: f32, share: f32, dy: u32, sums: u32,
): void {
  const factor = weight * share;
  let loss: f32 = 0;
  let isRight = false;
  if (kind == CATEGORICAL) {
    const own = u32(target);
    let best: u32 = 0;
    for (let k: u32 = 0; k < outputs; k++) {
      const p = load<f32>(y + (k << 2));
      store<f32>(dy + (k << 2), (k == own ? p - 1 : p) * factor);
      if (p > load<f32>(y + (best << 2))) best = k;
    }
    const p = load<f32>(y + (own << 2));
    loss = -Mathf.log(p < LEAST ? LEAST : p);
    isRight = best == own;
  } else {
    const output = load<f32>(y);
    const error = output - target;
    let slope: f32 = error;
    if (kind == BINARY) {
      const p = target == 1 ? output : 1 - output;
      loss = -Mathf.log(p < LEAST ? LEAST : p);
      isRight = (output > 0.5) == (target == 1);
    } else if (kind == SQUARED) {
      loss = error * error;
      slope = 2 * error;
    } else {
      const size = abs(error);
      const isLinear = kind == ABSOLUTE || size > 1;
      loss = kind == ABSOLUTE ? size : size > 1 ? size - 0.5 : 0.5 * error * error;
      if (isLinear && error == error) slope = error > 0 ? 1 : error < 0 ? -1 : 0;
    }
    store<f32>(dy, slope * factor);
  }
  for (let k = outputs; k < stride; k++) store<f32>(dy + (k << 2), 0);
  store<f64>(sums + SUM_OF_LOSSES, load<f64>(sums + SUM_OF_LOSSES) + f64(loss) * f64(weight));
  if (isRight) store<f64>(sums + SUM_OF_RIGHT, load<f64>(sums + SUM_OF_RIGHT) + f64(weight));
}
