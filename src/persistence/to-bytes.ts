import { InvalidModelError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import { pack } from "./container.js";
import { Encoder } from "./encoder.js";
import { WRITER } from "./format.js";
import { builtIn } from "./registry.js";

/**
 * An estimator, fitted or not, as bytes that hold data only: parameters, state, and the names of classes. Equal states
 * give equal bytes. Whether arrays are shared within the state makes no difference.
 *
 * @throws InvalidModelError naming the path of a function or of an object of a class that cannot be stored;
 * InvalidParameterError for parameters that no fit would take
 */
export async function toBytes(estimator: AnyEstimator): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = new Encoder();
  const root = encoder.estimator(estimator);
  const classes = new Map<string, unknown>();
  for (const [Class, { definition }] of encoder.met) {
    const namesake = classes.get(definition.name) ?? (await builtIn(definition.name));
    if (namesake !== undefined && namesake !== Class) {
      throw new InvalidModelError(
        `two classes have the name ${definition.name}; each needs a name of its own in its definition to be stored`,
      );
    }
    classes.set(definition.name, Class);
  }
  return pack({ root, writer: WRITER }, encoder.arrays);
}
