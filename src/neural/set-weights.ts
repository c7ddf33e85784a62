import { InvalidDataError } from "../core/errors.js";
import { type AnyEstimator, Estimator, type Fitted } from "../core/estimator.js";
import { describe } from "../core/to-matrix.js";
import { weightsOf } from "./network.js";
import { misfitOfWeights, type NeuralModel, networkOfModel } from "./neural-model.js";

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
  const misfit = misfitOfWeights(specs, weights);
  if (misfit !== null) throw new InvalidDataError(`setWeights of ${owner} needs weights that fit: ${misfit}`);
  const arrays = specs.map(({ name }, i) => {
    const array = Float32Array.from(weights[i]!);
    const at = array.findIndex((value) => !Number.isFinite(value));
    if (at < 0) return array;
    const got = describe(weights[i]![at]);
    throw new InvalidDataError(`setWeights of ${owner} needs finite f32 numbers: ${name} holds ${got} at ${at}`);
  });
  Estimator.restore(estimator as unknown as AnyEstimator, { ...state, model: { ...state.model, weights: arrays } });
  return estimator;
}
