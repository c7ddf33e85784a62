import { InvalidModelError, InvalidParameterError, TrellisError, UnknownModelTypeError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import { nearestName } from "../core/nearest-name.js";
import { unpack } from "./container.js";
import { Decoder } from "./decoder.js";
import type { Json } from "./format.js";
import type { LoadOptions } from "./from-bytes.js";
import { builtIn, builtInNames, type EstimatorClass } from "./registry.js";
import { survey } from "./survey.js";
import type { Digest } from "./web-sha256.js";

/** What `fromBytes` does, by the platform's own SHA-256. */
export async function readModel(
  bytes: Uint8Array,
  given: EstimatorClass | LoadOptions,
  more: LoadOptions,
  sha256: Digest,
): Promise<AnyEstimator> {
  const [Class, options] = typeof given === "function" ? [given, more] : [null, given];
  const { header, body } = await unpack(
    bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice(),
    sha256,
  );
  const needed = survey(header, body.length);
  const classes = await resolve(needed.types, [...(options.classes ?? []), ...(Class === null ? [] : [Class])]);
  const supplied = new Map(Object.entries(options.supplied ?? {}));
  const missing = [...needed.supplied].filter((name) => !supplied.has(name));
  if (missing.length > 0) throw notSupplied(missing);
  const estimator = decode(new Decoder(body, classes, supplied), header);
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

function unknownType(type: string, names: readonly string[]): UnknownModelTypeError {
  const near = nearestName(type.slice(0, 80), names);
  return new UnknownModelTypeError(
    `the model needs the class ${JSON.stringify(type.slice(0, 80))}, which is not known here${near === undefined ? "" : ` (${near} is)`}; ` +
      "if it is one of yours, give it in classes",
  );
}

function notSupplied(names: readonly string[]): InvalidParameterError {
  const list = names.map((name) => JSON.stringify(name.slice(0, 80))).slice(0, 9);
  return new InvalidParameterError(
    `the model was saved without ${list.join(", ")}; supplied must hold the function or object of that name`,
    "supplied",
  );
}
