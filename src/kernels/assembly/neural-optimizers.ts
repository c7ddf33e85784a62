// How all weights follow their gradients in one pass; formulas and names of src/neural/optimizers.ts. n is a multiple of 4.

const SGD: u32 = 1;
const ADAM: u32 = 2;

/** A record of f32: rate, first decay (beta1, rho), second decay (beta2), epsilon, weight decay, momentum, nesterov. */
const RATE: u32 = 0;
const DECAY: u32 = 4;
const DECAY2: u32 = 8;
const EPSILON: u32 = 12;
const WEIGHT_DECAY: u32 = 16;
const MOMENTUM: u32 = 20;
const NESTEROV: u32 = 24;

/**
 * One step. first and second: f32[n] each, what the optimizer remembers. powers: f64[2], beta1^t and beta2^t of the steps so
 * far, which this one is added to.
 */
export function update(kind: u32, settings: u32, w: u32, g: u32, first: u32, second: u32, n: u32, powers: u32): void {
  if (kind == SGD) descend(settings, w, g, first, n);
  else if (kind == ADAM) adam(settings, w, g, first, second, n, powers);
  else rmsprop(settings, w, g, first, second, n);
}

// @ts-ignore: decorator
@inline
function setting(settings: u32, field: u32): v128 {
  return f32x4.splat(load<f32>(settings + field));
}

function descend(settings: u32, w: u32, g: u32, first: u32, n: u32): void {
  const rate = setting(settings, RATE);
  const momentum = setting(settings, MOMENTUM);
  const remembers = load<f32>(settings + MOMENTUM) != 0;
  const looksAhead = load<f32>(settings + NESTEROV) != 0;
  for (let i: u32 = 0; i < n << 2; i += 16) {
    let step = f32x4.mul(rate, v128.load(g + i));
    if (remembers) {
      const velocity = f32x4.sub(f32x4.mul(momentum, v128.load(first + i)), step);
      v128.store(first + i, velocity);
      step = looksAhead ? f32x4.sub(step, f32x4.mul(momentum, velocity)) : f32x4.neg(velocity);
    }
    v128.store(w + i, f32x4.sub(v128.load(w + i), step));
  }
}

function adam(settings: u32, w: u32, g: u32, first: u32, second: u32, n: u32, powers: u32): void {
  const power1 = load<f64>(powers) * f64(load<f32>(settings + DECAY));
  const power2 = load<f64>(powers, 8) * f64(load<f32>(settings + DECAY2));
  store<f64>(powers, power1);
  store<f64>(powers, power2, 8);
  const rate = f32x4.splat(f32(f64(load<f32>(settings + RATE)) * sqrt(1 - power2) / (1 - power1)));
  const kept = f32x4.splat(1 - load<f32>(settings + RATE) * load<f32>(settings + WEIGHT_DECAY));
  const decay = f32x4.splat(1 - load<f32>(settings + DECAY));
  const decay2 = f32x4.splat(1 - load<f32>(settings + DECAY2));
  const epsilon = setting(settings, EPSILON);
  for (let i: u32 = 0; i < n << 2; i += 16) {
    const gradient = v128.load(g + i);
    const m0 = v128.load(first + i);
    const v0 = v128.load(second + i);
    const m = f32x4.add(m0, f32x4.mul(f32x4.sub(gradient, m0), decay));
    const v = f32x4.add(v0, f32x4.mul(f32x4.sub(f32x4.mul(gradient, gradient), v0), decay2));
    v128.store(first + i, m);
    v128.store(second + i, v);
    const step = f32x4.div(f32x4.mul(rate, m), f32x4.add(f32x4.sqrt(v), epsilon));
    v128.store(w + i, f32x4.sub(f32x4.mul(v128.load(w + i), kept), step));
  }
}

function rmsprop(settings: u32, w: u32, g: u32, first: u32, second: u32, n: u32): void {
  const rate = setting(settings, RATE);
  const rho = setting(settings, DECAY);
  const rest = f32x4.splat(1 - load<f32>(settings + DECAY));
  const epsilon = setting(settings, EPSILON);
  const momentum = setting(settings, MOMENTUM);
  const remembers = load<f32>(settings + MOMENTUM) != 0;
  for (let i: u32 = 0; i < n << 2; i += 16) {
    const gradient = v128.load(g + i);
    const v = f32x4.add(f32x4.mul(rho, v128.load(second + i)), f32x4.mul(rest, f32x4.mul(gradient, gradient)));
    v128.store(second + i, v);
    let step = f32x4.div(f32x4.mul(rate, gradient), f32x4.sqrt(f32x4.add(v, epsilon)));
    if (remembers) {
      step = f32x4.add(f32x4.mul(momentum, v128.load(first + i)), step);
      v128.store(first + i, step);
    }
    v128.store(w + i, f32x4.sub(v128.load(w + i), step));
  }
}
