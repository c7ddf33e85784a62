import { InvalidModelError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import { pack } from "./container.js";
import { Encoder } from "./encoder.js";
import { WRITER } from "./format.js";
import { builtIn } from "./registry.js";
import type { SaveOptions } from "./to-bytes.js";

/** What `toBytes` does. */
export async function writeModel(
  estimator: AnyEstimator,
  { supplied = {} }: SaveOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = new Encoder(new Map(Object.entries(supplied).map(([name, value]) => [value, name])));
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
