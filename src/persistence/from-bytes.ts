import { InvalidModelError, InvalidParameterError, TrellisError, UnknownModelTypeError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import { nearestName } from "../core/nearest-name.js";
import { describe } from "../core/to-matrix.js";
import { unpack } from "./container.js";
import { Decoder } from "./decoder.js";
import type { Json } from "./format.js";
import { builtIn, builtInNames, type EstimatorClass } from "./registry.js";

export interface LoadOptions {
  /** Classes of estimators that are not the library's own; found by the name in their definitions. Default none. */
  readonly classes?: readonly EstimatorClass[];
}

/**
 * The estimator that `toBytes` wrote. Bytes from anywhere may be given: they are data, no code is run, no name is
 * resolved but by looking it up among known classes, and everything is checked before it is used: checksum, lengths,
 * parameters, and each class's own rules for its state. The bytes must not change meanwhile.
 *
 * @param Class the class that is expected; another one is refused
 * @throws InvalidModelError if the bytes are no model, damaged or inconsistent; UnsupportedVersionError if a newer
 * version wrote them; UnknownModelTypeError if they name a class that is neither the library's nor in `classes`
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
  const [Class, options] = typeof given === "function" ? [given, more] : [null, given];
  if (!(bytes instanceof Uint8Array)) {
    throw new InvalidParameterError(`bytes of fromBytes must be a Uint8Array; got ${describe(bytes)}`, "bytes");
  }
  const { header, body } = await unpack(
    bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice(),
  );
  const classes = await resolve(typesIn(header), [...(options.classes ?? []), ...(Class === null ? [] : [Class])]);
  const estimator = decode(new Decoder(body, classes), header);
  if (Class !== null && estimator.constructor !== Class) {
    throw new InvalidModelError(`the model is a ${estimator.definition.name}; expected a ${nameOf(Class)}`);
  }
  return estimator;
}

/** Whatever a class says against what it is given is said of the model. */
function decode(decoder: Decoder, header: Json): AnyEstimator {
  try {
    return decoder.root(header);
  } catch (error) {
    if (error instanceof InvalidModelError) throw error;
    const reason = error instanceof TrellisError ? `: ${error.message}` : "";
    throw new InvalidModelError(`the model is inconsistent${reason}`, { cause: error });
  }
}

async function resolve(
  types: ReadonlySet<string>,
  given: readonly EstimatorClass[],
): Promise<ReadonlyMap<string, EstimatorClass>> {
  const own = new Map(given.map((Class) => [nameOf(Class), Class]));
  const classes = new Map<string, EstimatorClass>();
  for (const type of types) {
    const Class = own.get(type) ?? (await builtIn(type));
    if (Class === undefined) throw unknownType(type, [...own.keys(), ...builtInNames()]);
    classes.set(type, Class);
  }
  return classes;
}

/** A class says its name in the definition, which any instance has. */
function nameOf(Class: EstimatorClass): string {
  return new Class({} as never).definition.name;
}

/** The names of all estimators in a header. */
function typesIn(json: Json, found = new Set<string>()): Set<string> {
  if (typeof json !== "object" || json === null) return found;
  const { estimator } = json as { readonly estimator?: Json };
  if (typeof estimator === "object" && estimator !== null && "type" in estimator) found.add(String(estimator.type));
  for (const part of Object.values(json)) typesIn(part, found);
  return found;
}

function unknownType(type: string, names: readonly string[]): UnknownModelTypeError {
  const near = nearestName(type.slice(0, 80), names);
  return new UnknownModelTypeError(
    `the model needs the class ${JSON.stringify(type.slice(0, 80))}, which is not known here${near === undefined ? "" : ` (${near} is)`}; ` +
      "if it is one of yours, give it in classes",
  );
}
