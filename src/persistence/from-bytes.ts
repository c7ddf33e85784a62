import { InvalidParameterError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import { describe } from "../core/to-matrix.js";
import type { EstimatorClass } from "./registry.js";
import { webSha256 } from "./web-sha256.js";

export interface LoadOptions {
  /** Classes of estimators that are not the library's own; found by the name in their definitions. Default none. */
  readonly classes?: readonly EstimatorClass[];
  /** The functions and objects that the model was saved without, by the names that were given then. Default none. */
  readonly supplied?: Readonly<Record<string, object>>;
}

/**
 * The estimator that `toBytes` wrote. Bytes from anywhere may be given: they are data, no code is run, no name is
 * resolved but by looking it up among known classes, and everything is checked before it is used: checksum, lengths,
 * parameters, and each class's own rules for its state. The bytes must not change meanwhile.
 *
 * @param Class the class that is expected; another one is refused
 * @throws InvalidModelError if the bytes are no model, damaged or inconsistent; UnsupportedVersionError if a newer
 * version wrote them; UnknownModelTypeError if they name a class that is neither the library's nor in `classes`;
 * InvalidParameterError if `supplied` lacks what the model was saved without
 */
export function fromBytes<E extends AnyEstimator>(
  bytes: Uint8Array,
  Class: EstimatorClass<E>,
  options?: LoadOptions,
): Promise<E>;
export function fromBytes(bytes: Uint8Array, options?: LoadOptions): Promise<AnyEstimator>;
export async function fromBytes(
  bytes: Uint8Array,
  given: EstimatorClass | LoadOptions = {},
  more: LoadOptions = {},
): Promise<AnyEstimator> {
  if (!(bytes instanceof Uint8Array)) {
    throw new InvalidParameterError(`bytes of fromBytes must be a Uint8Array; got ${describe(bytes)}`, "bytes");
  }
  // Whoever neither saves nor loads does not load what reads files.
  const { readModel } = await import("./read-model.js");
  return readModel(bytes, given, more, webSha256);
}
