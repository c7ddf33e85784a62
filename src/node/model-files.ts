import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { InvalidModelError, OutOfMemoryError, UnknownModelTypeError, UnsupportedVersionError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import type { LoadOptions } from "../persistence/from-bytes.js";
import { readModel } from "../persistence/read-model.js";
import type { EstimatorClass } from "../persistence/registry.js";
import { type SaveOptions, toBytes } from "../persistence/to-bytes.js";
import { FileError, reasonOf } from "./file-error.js";
import { replaceFile } from "./replace-file.js";

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
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = await file.stat();
    if (!stat.isFile()) throw new FileError(`${path} is no regular file`, path);
    if (stat.size > maxBytes) {
      throw new FileError(`${path} has ${stat.size} bytes, more than the ${maxBytes} of maxBytes`, path);
    }
    return await readWhole(file, stat.size);
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(`the model could not be read from ${path}: ${reasonOf(error)}`, path, { cause: error });
  } finally {
    await file?.close();
  }
}

/** Bytes that are hashed before others get a turn. */
const HASHED = 2 ** 24;

/** Unlike Web Crypto it takes no copy of the bytes, which may be most of the memory. */
async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  const hash = createHash("sha256");
  for (let at = 0; at < bytes.length; at += HASHED) {
    if (at > 0) await setImmediate();
    hash.update(bytes.subarray(at, at + HASHED));
  }
  return hash.digest();
}

/** As many bytes as the file had when it was opened; should it shrink meanwhile, its checksum tells. */
async function readWhole(file: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await file.read(bytes, done, Math.min(size - done, 2 ** 30), done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

function withPath(error: unknown, path: string): unknown {
  for (const Kind of [InvalidModelError, UnknownModelTypeError, UnsupportedVersionError, OutOfMemoryError]) {
    if (error instanceof Kind) return new Kind(`${path}: ${error.message}`);
  }
  return error;
}
