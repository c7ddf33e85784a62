import type { Optimizer } from "../neural/optimizers.js";
import type { Tensor, Tf } from "./namespace.js";

/**
 * The steps of an optimizer, by Keras 3's formulas rather than tf.train's, which differ (epsilon inside of the root, no decoupled
 * decay). All gradients come as one vector, so that a step is a dozen operations, however many layers there are.
 */
export class OptimizerSteps {
  readonly #tf: Tf;
  readonly #optimizer: Optimizer;
  #done = 0;
  /** Running means, or the velocity; kept between steps. */
  #memory: Tensor[];

  /** @param size how many weights there are */
  constructor(tf: Tf, optimizer: Optimizer, size: number) {
    this.#tf = tf;
    this.#optimizer = optimizer;
    this.#memory = Array.from({ length: memories(optimizer) }, () => tf.zeros([size]));
  }

  /** What weights are multiplied with before a step. */
  decay(learningRate: number): number {
    return this.#optimizer.name === "adamw" ? 1 - learningRate * this.#optimizer.weightDecay : 1;
  }

  /** What is taken off the weights; call it within tf.tidy. */
  step(gradient: Tensor, learningRate: number): Tensor {
    this.#done++;
    const optimizer = this.#optimizer;
    if (optimizer.name === "sgd") return this.#sgd(gradient, learningRate, optimizer.momentum, optimizer.nesterov);
    if (optimizer.name === "rmsprop") return this.#rmsprop(gradient, learningRate, optimizer);
    return this.#adam(gradient, learningRate, optimizer);
  }

  dispose(): void {
    for (const tensor of this.#memory) tensor.dispose();
    this.#memory = [];
  }

  #sgd(gradient: Tensor, rate: number, momentum: number, nesterov: boolean): Tensor {
    const tf = this.#tf;
    const step = tf.mul(gradient, rate);
    if (momentum === 0) return step;
    // The velocity is kept with its sign turned, as what is taken off.
    const [velocity] = this.#remember([tf.add(tf.mul(this.#memory[0]!, momentum), step)]) as [Tensor];
    return nesterov ? tf.add(tf.mul(velocity, momentum), step) : velocity;
  }

  #adam(gradient: Tensor, rate: number, settings: Extract<Optimizer, { beta1: number }>): Tensor {
    const tf = this.#tf;
    const { beta1, beta2, epsilon } = settings;
    const [mean, square] = this.#memory as [Tensor, Tensor];
    const [m, v] = this.#remember([
      tf.add(tf.mul(mean, beta1), tf.mul(gradient, 1 - beta1)),
      tf.add(tf.mul(square, beta2), tf.mul(tf.square(gradient), 1 - beta2)),
    ]) as [Tensor, Tensor];
    const corrected = (rate * Math.sqrt(1 - beta2 ** this.#done)) / (1 - beta1 ** this.#done);
    return tf.div(tf.mul(m, corrected), tf.add(tf.sqrt(v), epsilon));
  }

  #rmsprop(gradient: Tensor, rate: number, settings: Extract<Optimizer, { rho: number }>): Tensor {
    const tf = this.#tf;
    const { rho, momentum, epsilon } = settings;
    const square = tf.add(tf.mul(this.#memory[0]!, rho), tf.mul(tf.square(gradient), 1 - rho));
    const step = tf.div(tf.mul(gradient, rate), tf.sqrt(tf.add(square, epsilon)));
    if (momentum === 0) {
      this.#remember([square]);
      return step;
    }
    return this.#remember([square, tf.add(tf.mul(this.#memory[1]!, momentum), step)])[1]!;
  }

  #remember(next: Tensor[]): Tensor[] {
    for (const tensor of this.#memory) tensor.dispose();
    this.#memory = next.map((tensor) => this.#tf.keep(tensor));
    return this.#memory;
  }
}

function memories(optimizer: Optimizer): number {
  if (optimizer.name === "sgd") return optimizer.momentum === 0 ? 0 : 1;
  if (optimizer.name === "rmsprop") return optimizer.momentum === 0 ? 1 : 2;
  return 2;
}
