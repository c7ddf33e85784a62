import { InvalidDataError } from "../core/errors.js";
import { type AnyEstimator, Estimator, type Fitted } from "../core/estimator.js";
import { showShape, sizeOf, weightsOf } from "./network.js";
import { type NeuralModel, networkOfModel } from "./neural-model.js";

/**
 * Gives a fitted estimator other weights.
 * @throws InvalidDataError naming the array that does not fit
 */
export function withWeights<E extends object>(
  estimator: E,
  state: Fitted<NeuralModel>,
  weights: readonly ArrayLike<number>[],
  owner: string,
): E {
  const specs = weightsOf(networkOfModel(state.model, owner));
  if (weights.length !== specs.length) {
    throw new InvalidDataError(`${owner} has ${specs.length} arrays of weights; setWeights got ${weights.length}`);
  }
  const arrays = specs.map(({ name, shape }, i) => {
    const given = weights[i]!;
    if (given.length !== sizeOf(shape)) {
      throw new InvalidDataError(
        `${name} has ${sizeOf(shape)} weights, ${showShape(shape)}; setWeights got ${given.length}`,
      );
    }
    const array = Float32Array.from(given);
    const at = array.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw new InvalidDataError(`${name} must be finite f32; setWeights got ${given[at]} at ${at}`);
    return array;
  });
  Estimator.restore(estimator as unknown as AnyEstimator, { ...state, model: { ...state.model, weights: arrays } });
  return estimator;
}
