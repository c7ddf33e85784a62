import { InvalidModelError, InvalidParameterError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";
import type { Weights } from "../neural/backend.js";
import { type Network, sizeOf, weightsOf } from "../neural/network.js";
import { Part } from "./part.js";
import {
  type NetworkWithWeights,
  SUBJECT,
  type TfjsModelArtifacts,
  type TfjsModelFiles,
  type TfjsModelGiven,
  unsupported,
} from "./tfjs-model.js";
import { type ListedWeight, readTopology } from "./tfjs-reader.js";
import { artifactsOf } from "./tfjs-writer.js";

/**
 * A network as the model of tfjs that `tf.loadLayersModel(tf.io.fromMemory(...))` loads, and that a save handler writes.
 *
 * @param weights in the order of the network's layers, as trainings and estimators have them
 * @throws InvalidParameterError if they do not fit the network
 */
export function toTfjsLayersModel(network: Network, weights: Weights): TfjsModelArtifacts {
  const specs = weightsOf(network);
  const fits = weights.length === specs.length && specs.every(({ shape }, i) => weights[i]!.length === sizeOf(shape));
  if (!fits) {
    const expected = specs.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(", ");
    const got = weights.map(({ length }) => length).join(", ");
    throw new InvalidParameterError(
      `weights of toTfjsLayersModel must be ${expected}; got arrays of ${got || "none"} values`,
      "weights",
    );
  }
  return artifactsOf(network, weights);
}

/** The same as files: model.json, and the weights.bin that it names. */
export function toTfjsLayersModelFiles(
  network: Network,
  weights: Weights,
): TfjsModelFiles & { "weights.bin": Uint8Array } {
  const { weightSpecs, weightData, ...rest } = toTfjsLayersModel(network, weights);
  const weightsManifest = [{ paths: ["weights.bin"], weights: weightSpecs }];
  return {
    "model.json": JSON.stringify({ ...rest, weightsManifest }),
    "weights.bin": new Uint8Array(weightData),
  };
}

/**
 * The network in a model of tfjs, whether trained by tfjs or converted from Keras 2 or 3. It may come from anywhere: it is data, and
 * all of it is checked before memory is taken for it.
 *
 * Read are Sequential models, and functional ones that are a chain, of Dense, Conv2D, MaxPooling2D, AveragePooling2D,
 * GlobalAveragePooling2D, Flatten, Dropout, BatchNormalization, Activation, ReLU, Softmax and Reshape. Regularizers, constraints and
 * initializers are left out: predictions do not depend on them.
 *
 * @param source what `tf.io.withSaveHandler` is given, or the files by their names
 * @throws InvalidModelError naming the place of what is damaged or not supported; InvalidParameterError if source is neither
 */
export function fromTfjsLayersModel(source: TfjsModelGiven | TfjsModelFiles): NetworkWithWeights {
  const given: unknown = source;
  if (typeof given !== "object" || given === null) throw noSource(describe(given));
  if ("model.json" in given) return fromFiles(given as TfjsModelFiles);
  if (!("modelTopology" in given)) throw noSource("something without modelTopology");
  const { weightData } = given as { weightData?: unknown };
  const parts: unknown[] = weightData === undefined ? [] : [weightData].flat();
  const bytes = joined(parts.map((part, i) => bytesOf(part, parts.length > 1 ? `weightData[${i}]` : "weightData")));
  const whole = new Part(given, "", SUBJECT);
  const listed = new WeightList();
  listed.add(whole.find("weightSpecs")?.items() ?? []);
  return readTopology(whole.get("modelTopology"), listed.ending(bytes.length), bytes);
}

const noSource = (got: string) =>
  new InvalidParameterError(
    "source of fromTfjsLayersModel must be model artifacts of tfjs, or files such as " +
      `{ "model.json": text, "weights.bin": bytes }; got ${got}`,
    "source",
  );

function fromFiles(files: TfjsModelFiles): NetworkWithWeights {
  const text = files["model.json"];
  let parsed: unknown = text;
  try {
    if (typeof text === "string") parsed = JSON.parse(text);
  } catch (error) {
    throw new InvalidModelError(`${SUBJECT} is no JSON, or is cut short`, { cause: error });
  }
  const whole = new Part(parsed, "", SUBJECT);
  const listed = new WeightList();
  const shards: Uint8Array[] = [];
  for (const group of whole.get("weightsManifest").items()) {
    listed.add(group.get("weights").items());
    for (const path of group.get("paths").items()) {
      const name = path.text();
      if (!Object.hasOwn(files, name)) {
        throw unsupported(`${path.path} names the file ${JSON.stringify(name.slice(0, 60))}, which was not given`);
      }
      shards.push(bytesOf(files[name], name));
    }
  }
  const bytes = joined(shards);
  return readTopology(whole.get("modelTopology"), listed.ending(bytes.length), bytes);
}

function bytesOf(value: unknown, name: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new InvalidParameterError(
    `${name} of source of fromTfjsLayersModel must be a Uint8Array or an ArrayBuffer; got ${describe(value)}`,
    "source",
  );
}

/** Of one piece of a whole there is no copy. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let first = 0;
  for (const part of parts) {
    all.set(part, first);
    first += part.length;
  }
  return all;
}

/** Weights as they are listed, one after the other. */
class WeightList {
  readonly #weights: ListedWeight[] = [];
  #bytes = 0;

  add(parts: readonly Part[]): void {
    for (const part of parts) {
      const name = part.get("name").text();
      const dtype = part.get("dtype").text();
      if (part.find("quantization") !== null || dtype !== "float32") {
        const what = dtype === "float32" ? "quantized" : `of ${JSON.stringify(dtype.slice(0, 40))}`;
        throw unsupported(`${part.path} is ${what}; float32 is supported`);
      }
      const shape = [...part.get("shape").integers(1, 2 ** 28)];
      if (part.find("group")?.value !== "optimizer") this.#weights.push({ part, name, shape, first: this.#bytes });
      this.#bytes += 4 * sizeOf(shape);
    }
  }

  /** All of them, if they are so many bytes. */
  ending(bytes: number): readonly ListedWeight[] {
    if (bytes === this.#bytes) return this.#weights;
    throw new InvalidModelError(`${SUBJECT} is damaged: it lists weights of ${this.#bytes} bytes, and has ${bytes}`);
  }
}
