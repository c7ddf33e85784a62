import type { AnyEstimator } from "../core/estimator.js";

export interface SaveOptions {
  /**
   * Functions and objects of other classes in the parameters, such as a kernel function, a scorer or a splitter of one's
   * own, by names to store in their place; `fromBytes` must be given the same names again. Default none.
   */
  readonly supplied?: Readonly<Record<string, object>>;
}

/**
 * An estimator, fitted or not, as bytes that hold data only: parameters, state, and the names of classes. Equal states
 * give equal bytes. Whether arrays are shared within the state makes no difference.
 *
 * @throws InvalidModelError naming the path of a function or of an object of a class that cannot be stored;
 * InvalidParameterError for parameters that no fit would take
 */
export async function toBytes(estimator: AnyEstimator, options: SaveOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  // Whoever neither saves nor loads does not load what writes files.
  const { writeModel } = await import("./write-model.js");
  return writeModel(estimator, options);
}
