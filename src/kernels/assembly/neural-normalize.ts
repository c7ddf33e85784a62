// Batch normalization (Ioffe and Szegedy 2015), with sums in f64: y = gamma (x - mean) / sqrt(variance + epsilon) + beta.
import {
  BATCH_MEAN, BATCH_SCALE, BETA, CHANNELS, DX, DY, EPSILON, GAMMA, GRAD_BETA, GRAD_GAMMA, MOMENTUM, MOVING_MEAN, MOVING_VARIANCE,
  real, SUMS, VALUES, word, X, X_STRIDE, Y,
} from "./neural-op";

export function normalize(op: u32, rows: u32, training: bool): void {
  const channels = word(op, CHANNELS);
  const mean = word(op, BATCH_MEAN);
  const scale = word(op, BATCH_SCALE);
  if (training) measure(op, rows);
  else memory.copy(mean, word(op, MOVING_MEAN), channels << 2);
  for (let c: u32 = 0; c < channels; c++) {
    const variance = training ? load<f32>(scale + (c << 2)) : load<f32>(word(op, MOVING_VARIANCE) + (c << 2));
    store<f32>(scale + (c << 2), 1 / sqrt(variance + real(op, EPSILON)));
  }
  for (let row: u32 = 0; row < rows; row++) {
    let x = word(op, X) + ((row * word(op, X_STRIDE)) << 2);
    let y = word(op, Y) + ((row * word(op, X_STRIDE)) << 2);
    const end = x + (word(op, VALUES) << 2);
    while (x < end) {
      for (let c: u32 = 0; c < channels << 2; c += 4, x += 4, y += 4) {
        const centred = load<f32>(x) - load<f32>(mean + c);
        store<f32>(y, centred * load<f32>(scale + c) * load<f32>(word(op, GAMMA) + c) + load<f32>(word(op, BETA) + c));
      }
    }
  }
}

/** Mean and (biased) variance of the batch, and what the moving ones become. */
function measure(op: u32, rows: u32): void {
  const channels = word(op, CHANNELS);
  const mean = word(op, BATCH_MEAN);
  const variance = word(op, BATCH_SCALE);
  const sums = word(op, SUMS);
  const count = f64(rows * (word(op, VALUES) / channels));
  const momentum = real(op, MOMENTUM);
  for (let pass: u32 = 0; pass < 2; pass++) {
    memory.fill(sums, 0, channels << 3);
    for (let row: u32 = 0; row < rows; row++) {
      let x = word(op, X) + ((row * word(op, X_STRIDE)) << 2);
      const end = x + (word(op, VALUES) << 2);
      while (x < end) {
        for (let c: u32 = 0; c < channels; c++, x += 4) {
          const value = f64(load<f32>(x)) - (pass ? f64(load<f32>(mean + (c << 2))) : 0);
          const at = sums + (c << 3);
          store<f64>(at, load<f64>(at) + (pass ? value * value : value));
        }
      }
    }
    const out = pass ? variance : mean;
    for (let c: u32 = 0; c < channels; c++) store<f32>(out + (c << 2), f32(load<f64>(sums + (c << 3)) / count));
  }
  for (let c: u32 = 0; c < channels << 2; c += 4) {
    follow(word(op, MOVING_MEAN) + c, load<f32>(mean + c), momentum);
    follow(word(op, MOVING_VARIANCE) + c, load<f32>(variance + c), momentum);
  }
}

function follow(at: u32, value: f32, momentum: f32): void {
  store<f32>(at, load<f32>(at) * momentum + value * (1 - momentum));
}

/** dx = gamma scale (dy - mean(dy) - xhat mean(dy xhat)), as mean and variance depend on x too. */
export function normalizeBackward(op: u32, rows: u32): void {
  const channels = word(op, CHANNELS);
  const mean = word(op, BATCH_MEAN);
  const scale = word(op, BATCH_SCALE);
  const sums = word(op, SUMS);
  const dots = sums + (channels << 3);
  const count = f64(rows * (word(op, VALUES) / channels));
  const dx = word(op, DX);
  memory.fill(sums, 0, channels << 4);
  const passes: u32 = dx ? 2 : 1;
  for (let pass: u32 = 0; pass < passes; pass++) {
    for (let row: u32 = 0; row < rows; row++) {
      const offset = (row * word(op, X_STRIDE)) << 2;
      let x = word(op, X) + offset;
      let dy = word(op, DY) + offset;
      let out = dx + offset;
      const end = x + (word(op, VALUES) << 2);
      while (x < end) {
        for (let c: u32 = 0; c < channels; c++, x += 4, dy += 4, out += 4) {
          const normal = (load<f32>(x) - load<f32>(mean + (c << 2))) * load<f32>(scale + (c << 2));
          const gradient = load<f32>(dy);
          const sum = sums + (c << 3);
          const dot = dots + (c << 3);
          if (pass) {
            const means = load<f64>(sum) / count + f64(normal) * (load<f64>(dot) / count);
            const factor = load<f32>(word(op, GAMMA) + (c << 2)) * load<f32>(scale + (c << 2));
            store<f32>(out, f32(f64(factor) * (f64(gradient) - means)));
          } else {
            store<f64>(sum, load<f64>(sum) + f64(gradient));
            store<f64>(dot, load<f64>(dot) + f64(gradient) * f64(normal));
          }
        }
      }
    }
  }
  for (let c: u32 = 0; c < channels; c++) {
    store<f32>(word(op, GRAD_BETA) + (c << 2), f32(load<f64>(sums + (c << 3))));
    store<f32>(word(op, GRAD_GAMMA) + (c << 2), f32(load<f64>(dots + (c << 3))));
  }
}
