import { mkdir, readdir, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { InvalidParameterError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import { toBytes } from "../persistence/to-bytes.js";
import { FileError, reasonOf } from "./file-error.js";
import { ModelVersions } from "./model-versions.js";

/** One version of a model in a store. */
export interface StoredModel {
  /** As `publish` was given it. */
  readonly name: string;
  /** Counts from 1; a version is never changed and its number never used again. */
  readonly version: number;
  /** Of the model file, in hexadecimal. */
  readonly sha256: string;
  /** Length of the model file. */
  readonly bytes: number;
  /** When it was published, ISO 8601. */
  readonly publishedAt: string;
  /** What its maker says of it: metrics, parameters. Plain JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Of `modelStore`. */
export interface ModelStoreOptions {
  /** So many of the newest versions of a model are kept, and the current one. Default 3. */
  readonly keep?: number;
  /** Told, in a sentence, of files that are damaged and passed over. Default: a warning of the process. */
  readonly onProblem?: (sentence: string) => void;
}

/** Versions of models by name, of which one is current. Names match ^[a-z0-9][a-z0-9_-]{0,63}$. */
export interface ModelStore {
  /** The names of all models in the store, sorted. */
  names(): Promise<readonly string[]>;
  /** Newest first. */
  versions(name: string): Promise<readonly StoredModel[]>;
  /** The version to serve, or null. */
  current(name: string): Promise<StoredModel | null>;
  /** The bytes of a model file, checked against its hash; they are the caller's own. */
  read(name: string, version: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Stores a new version whole or not at all, and makes it current. */
  publish(
    name: string,
    model: AnyEstimator | Uint8Array,
    facts?: Readonly<Record<string, unknown>>,
  ): Promise<StoredModel>;
  /** Makes another version current: a way back. */
  makeCurrent(name: string, version: number): Promise<StoredModel>;
}

/**
 * A store in a folder: `<name>/<version>.trellis` is a model as `saveModel` writes it, `<name>/<version>.json` says what it is,
 * and `<name>/current` which version to serve. Each is written whole or not at all, in this order, and synced; so a kill at
 * any moment leaves the old version current or the new one. Where the current version is damaged, the newest sound one counts as current.
 * Other files are left alone, and symbolic links are not followed.
 *
 * Any number of processes may read and publish at once. A folder that cannot be written to can be read.
 *
 * @param folder is made by the first publish; its owner alone can read what is in it
 * @throws InvalidParameterError; its methods InvalidParameterError for a name that no model may have, FileError, and
 * InvalidModelError for a file that is damaged
 */
export function modelStore(folder: string, options: ModelStoreOptions = {}): ModelStore {
  const { keep = 3, onProblem = (sentence) => process.emitWarning(sentence) } = options;
  if (!Number.isSafeInteger(keep) || keep < 1) {
    throw new InvalidParameterError(`keep of modelStore must be an integer >= 1; got ${keep}`, "keep");
  }
  return new FolderModelStore(resolve(folder), keep, onProblem);
}

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

class FolderModelStore implements ModelStore {
  readonly #folder: string;
  readonly #keep: number;
  readonly #onProblem: (sentence: string) => void;
  readonly #models = new Map<string, ModelVersions>();

  constructor(folder: string, keep: number, onProblem: (sentence: string) => void) {
    this.#folder = folder;
    this.#keep = keep;
    this.#onProblem = onProblem;
  }

  async names(): Promise<readonly string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true }).catch((error) => {
      if (error.code === "ENOENT") return [];
      throw new FileError(`${this.#folder} could not be read: ${reasonOf(error)}`, this.#folder, { cause: error });
    });
    const names: string[] = [];
    for (const entry of entries) {
      if (!entry.isDirectory() || !NAME.test(entry.name)) continue;
      if ((await this.versions(entry.name)).length > 0) names.push(entry.name);
    }
    return names.sort();
  }

  async versions(name: string): Promise<readonly StoredModel[]> {
    return (await this.#model(name)).list();
  }

  async current(name: string): Promise<StoredModel | null> {
    return (await this.#model(name)).current();
  }

  async read(name: string, version: number): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#model(name)).read(version);
  }

  async publish(
    name: string,
    model: AnyEstimator | Uint8Array,
    facts: Readonly<Record<string, unknown>> = {},
  ): Promise<StoredModel> {
    checkName(name);
    const bytes = model instanceof Uint8Array ? model : await toBytes(model);
    await makeFolder(join(this.#folder, name));
    return (await this.#model(name)).publish(bytes, facts, this.#keep);
  }

  async makeCurrent(name: string, version: number): Promise<StoredModel> {
    return (await this.#model(name)).makeCurrent(version);
  }

  async #model(name: string): Promise<ModelVersions> {
    checkName(name);
    const path = join(this.#folder, name);
    await checkWithin(this.#folder, name);
    let model = this.#models.get(name);
    if (model === undefined) {
      model = new ModelVersions(name, path, this.#onProblem);
      // A folder that is not there yet may be made by another process, with leftovers to remove.
      if (await model.removeLeftovers()) this.#models.set(name, model);
    }
    return model;
  }
}

function checkName(name: string): void {
  if (typeof name === "string" && NAME.test(name)) return;
  const got = JSON.stringify(String(name).slice(0, 80));
  throw new InvalidParameterError(`the name of a model must match ${NAME.source}; got ${got}`, "name");
}

/** A folder that is a symbolic link would lead out of the store. */
async function checkWithin(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  const real = await realpath(path).catch(() => null);
  if (real !== null && real !== join(await realpath(folder), name)) {
    throw new FileError(`${path} is a symbolic link, which a store does not follow`, path);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new FileError(`${path} could not be made: ${reasonOf(error)}`, path, { cause: error });
  }
}
