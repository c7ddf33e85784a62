import { InvalidParameterError } from "../core/errors.js";
import { Rng } from "../core/random.js";
import type { BroughtNetwork } from "./backend.js";
import { initialWeights } from "./initial-weights.js";
import { type KerasStyleParams, layersOf } from "./keras-params.js";
import type { Layer } from "./layers.js";
import { type Loss, lossMisfit } from "./losses.js";
import { lastActivation, networkOf, type Shape, showShape, sizeOf } from "./network.js";

/** One candidate: what both estimators have, and what they make of it. */
export interface Recipe extends KerasStyleParams<never> {
  /** Layers where none are given. */
  readonly byDefault: readonly Layer[];
  /** By the activation that ends the network, where it matters. */
  readonly lossOf: (endsIn: string) => Loss;
  /** How many numbers the network must answer a row. */
  readonly outputsOf: (loss: Loss) => number;
  /** Weights of all rows. */
  readonly rowWeights: Float64Array | null;
}

interface Chosen extends BroughtNetwork {
  readonly loss: Loss;
}

/**
 * The network of a candidate, of its layers or brought by its backend, with its first weights and its loss.
 * @throws InvalidParameterError if layers, features and y do not fit together
 */
export async function chooseNetwork(recipe: Recipe, nFeatures: number, owner: string): Promise<Chosen> {
  const inputShape = recipe.inputShape ?? [nFeatures];
  if (sizeOf(inputShape) !== nFeatures) {
    throw new InvalidParameterError(
      `inputShape of ${owner} must hold as many values as X has features; got ${showShape(inputShape)}, ${sizeOf(inputShape)} values, for ${nFeatures} features`,
      "inputShape",
    );
  }
  const brings = recipe.backend?.network !== undefined;
  const { network, weights } = brings ? await brought(recipe, inputShape, owner) : ofLayers(recipe, inputShape, owner);
  const loss = recipe.lossOf(lastActivation(network));
  const misfit = lossMisfit(loss, network, recipe.outputsOf(loss));
  if (misfit === null) return { network, weights, loss };
  const culprit = brings ? "backend" : "layers";
  throw new InvalidParameterError(`${culprit} of ${owner} do${brings ? "es" : ""} not suit y: ${misfit}`, culprit);
}

function brought(recipe: Recipe, inputShape: Shape, owner: string): Promise<BroughtNetwork> {
  for (const name of ["layers", "model"] as const) {
    if (recipe[name] === null) continue;
    throw new InvalidParameterError(
      `${name} of ${owner} must be null where the backend brings the network; got both`,
      name,
    );
  }
  const outputs = recipe.outputsOf(recipe.lossOf("softmax"));
  const [low] = new Rng(recipe.randomState!).stream("weights").seed64();
  return recipe.backend!.network!(inputShape, outputs, Math.max(1, low));
}

function ofLayers(recipe: Recipe, inputShape: Shape, owner: string): BroughtNetwork {
  const needed = recipe.outputsOf(recipe.lossOf("softmax"));
  const meta = { nFeatures: sizeOf(inputShape), inputShape, outputs: needed };
  const layers = layersOf(recipe, recipe.byDefault, meta, owner);
  const outputs = recipe.outputsOf(recipe.lossOf(endOf(layers)));
  const network = networkOf(layers, inputShape, outputs, owner);
  return { network, weights: initialWeights(network, new Rng(recipe.randomState!)) };
}

/** The activation of the last layer that has one, of layers that have not been looked at yet. */
function endOf(layers: readonly Layer[]): string {
  const last = Array.isArray(layers) ? layers.findLast((layer) => typeof layer?.activation === "string") : undefined;
  return last === undefined ? "linear" : last.activation;
}
