import { resolve } from "node:path";
import { InvalidModelError, OutOfMemoryError, UnknownModelTypeError, UnsupportedVersionError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import type { LoadOptions } from "../persistence/from-bytes.js";
import { readModel } from "../persistence/read-model.js";
import type { EstimatorClass } from "../persistence/registry.js";
import { type SaveOptions, toBytes } from "../persistence/to-bytes.js";
import { FileError, reasonOf } from "./file-error.js";
import { readRegularFile } from "./read-regular-file.js";
import { replaceFile } from "./replace-file.js";
import { sha256 } from "./sha256.js";

/**
 * Writes an estimator, fitted or not, to a file, whole or not at all: a reader sees the old file or the new one, also
 * after a crash. The file can be read by its owner alone (mode 0600).
 *
 * @param path in a folder that exists; a file (or a symbolic link) there is replaced
 * @throws FileError; whatever `toBytes` throws
 */
export async function saveModel(path: string, estimator: AnyEstimator, options: SaveOptions = {}): Promise<void> {
  const bytes = await toBytes(estimator, options);
  try {
    await replaceFile(resolve(path), bytes);
  } catch (error) {
    throw new FileError(`the model could not be written to ${path}: ${reasonOf(error)}`, path, { cause: error });
  }
}

export interface LoadModelOptions extends LoadOptions {
  /** A larger file is refused unread. Default 2 GiB. */
  readonly maxBytes?: number;
}

/**
 * Reads what `saveModel` wrote. The file may come from anywhere: it is data, no code in it is run; see `fromBytes`. A
 * loaded model takes up to 8 times the bytes of its file.
 *
 * @param Class the class that is expected; another one is refused
 * @throws FileError; InvalidModelError, UnsupportedVersionError and UnknownModelTypeError naming the path
 */
export function loadModel<E extends AnyEstimator>(
  path: string,
  Class: EstimatorClass<E>,
  options?: LoadModelOptions,
): Promise<E>;
export function loadModel(path: string, options?: LoadModelOptions): Promise<AnyEstimator>;
export async function loadModel(
  path: string,
  given: EstimatorClass | LoadModelOptions = {},
  more: LoadModelOptions = {},
): Promise<AnyEstimator> {
  const { maxBytes = 2 ** 31 } = typeof given === "function" ? more : given;
  const bytes = await readFile(path, maxBytes);
  try {
    return await readModel(bytes, given, more, sha256);
  } catch (error) {
    throw withPath(error, path);
  }
}

async function readFile(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    return await readRegularFile(path, maxBytes);
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(`the model could not be read from ${path}: ${reasonOf(error)}`, path, { cause: error });
  }
}

function withPath(error: unknown, path: string): unknown {
  for (const Kind of [InvalidModelError, UnknownModelTypeError, UnsupportedVersionError, OutOfMemoryError]) {
    if (error instanceof Kind) return new Kind(`${path}: ${error.message}`);
  }
  return error;
}
