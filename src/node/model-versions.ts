import { constants } from "node:fs";
import { lstat, open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { InvalidModelError, InvalidParameterError } from "../core/errors.js";
import { FileError, reasonOf } from "./file-error.js";
import type { StoredModel } from "./model-store.js";
import { OwnerLock } from "./owner-lock.js";
import { readRegularFile } from "./read-regular-file.js";
import { removeTemporaries, replaceFile } from "./replace-file.js";
import { sha256 } from "./sha256.js";

const VERSION = /^[1-9][0-9]{0,9}$/;
/** Bytes of a model file, of a manifest and of the pointer; characters of facts, of up to three bytes each. */
const MAX = { model: 2 ** 31, manifest: 2 ** 22, pointer: 32, facts: 2 ** 20 };
/** Seconds to wait for another process that publishes. */
const WAIT = 60;

/** The versions of one model, in a folder of their own; see `modelStore`. */
export class ModelVersions {
  readonly #name: string;
  readonly #folder: string;
  readonly #pointer: string;
  readonly #onProblem: (sentence: string) => void;

  constructor(name: string, folder: string, onProblem: (sentence: string) => void) {
    this.#name = name;
    this.#folder = folder;
    this.#pointer = join(folder, "current");
    this.#onProblem = onProblem;
  }

  /** What a process left that was killed while it wrote. False where there is no such folder. */
  async removeLeftovers(): Promise<boolean> {
    try {
      await removeTemporaries(this.#folder);
      return true;
    } catch {
      return false;
    }
  }

  /** Newest first; their files are there, but not checked. */
  async list(): Promise<StoredModel[]> {
    const models: StoredModel[] = [];
    for (const version of (await this.#numbers()).reverse()) {
      const model = await this.#manifest(version).catch(() => null);
      if (model !== null && (await sizeOf(this.#model(version))) === model.bytes) models.push(model);
    }
    return models;
  }

  async current(): Promise<StoredModel | null> {
    const version = await this.#pointed();
    if (version !== null) {
      const model = await this.#sound(version);
      if (model !== null) return model;
    }
    for (const number of (await this.#numbers()).reverse()) {
      const model = number === version ? null : await this.#sound(number);
      if (model === null) continue;
      this.#onProblem(`${this.#pointer} names no sound version; version ${number} of ${this.#name} is served instead`);
      return model;
    }
    return null;
  }

  async read(version: number): Promise<Uint8Array<ArrayBuffer>> {
    const path = this.#model(version);
    const { sha256: expected } = await this.#manifest(version);
    const bytes = await readPlain(path, MAX.model);
    const found = hex(await sha256(bytes));
    if (found !== expected) throw new InvalidModelError(`${path} is damaged: its SHA-256 is ${found}, not ${expected}`);
    return bytes;
  }

  async publish(bytes: Uint8Array, facts: Readonly<Record<string, unknown>>, keep: number): Promise<StoredModel> {
    const said = { sha256: hex(await sha256(bytes)), bytes: bytes.length, facts: plain(facts) };
    return this.#alone(async () => {
      const version = await this.#claim();
      const model = { name: this.#name, version, publishedAt: new Date().toISOString(), ...said };
      await replaceFile(this.#model(version), bytes);
      await replaceFile(this.#json(version), Buffer.from(`${JSON.stringify(model)}\n`));
      await replaceFile(this.#pointer, Buffer.from(`${version}\n`));
      await this.#removeOld(version, keep);
      return model;
    });
  }

  makeCurrent(version: number): Promise<StoredModel> {
    return this.#alone(async () => {
      const model = await this.#manifest(version);
      await this.read(version);
      await replaceFile(this.#pointer, Buffer.from(`${version}\n`));
      return model;
    });
  }

  /** One process at a time writes, so that none removes what another is about to make current. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const lock = await OwnerLock.take(this.#pointer, { wait: WAIT });
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error && "syscall" in error)) throw error;
      const message = `${this.#name} could not be published in ${this.#folder}: ${reasonOf(error)}`;
      throw new FileError(message, this.#folder, { cause: error });
    } finally {
      await lock.release();
    }
  }

  /** The next number, taken by an empty file in the place of the model: so it is used up, whatever comes next. */
  async #claim(): Promise<number> {
    const { O_CREAT, O_EXCL, O_WRONLY } = constants;
    for (let version = ((await this.#numbers()).at(-1) ?? 0) + 1; ; version++) {
      const file = await open(this.#model(version), O_CREAT | O_EXCL | O_WRONLY, 0o600).catch((error) => {
        if (error.code === "EEXIST") return null;
        throw error;
      });
      if (file === null) continue;
      await file.close();
      return version;
    }
  }

  /** The manifest first, so that none is without its model; and nothing newer than the current version. */
  async #removeOld(current: number, keep: number): Promise<void> {
    const kept = new Set((await this.list()).slice(0, keep).map(({ version }) => version));
    for (const version of await this.#numbers()) {
      if (version >= current || kept.has(version)) continue;
      await unlink(this.#json(version)).catch(() => {});
      await unlink(this.#model(version)).catch(() => {});
    }
  }

  /** Versions that have been begun, ascending; whatever else lies in the folder is ignored. */
  async #numbers(): Promise<number[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const numbers = names.map((name) => name.replace(/\.(trellis|json)$/, "")).filter((name) => VERSION.test(name));
    return [...new Set(numbers.map(Number))].sort((a, b) => a - b);
  }

  /** What the pointer says; null where there is none or it is damaged. */
  async #pointed(): Promise<number | null> {
    const bytes = await readPlain(this.#pointer, MAX.pointer).catch(() => null);
    const text = bytes === null ? "" : Buffer.from(bytes).toString("latin1").trim();
    return VERSION.test(text) ? Number(text) : null;
  }

  /** Null, and a problem told, for a version that cannot be served. */
  async #sound(version: number): Promise<StoredModel | null> {
    try {
      await this.read(version);
      return await this.#manifest(version);
    } catch (error) {
      this.#onProblem(`version ${version} of ${this.#name} is passed over: ${(error as Error).message}`);
      return null;
    }
  }

  async #manifest(version: number): Promise<StoredModel> {
    const path = this.#json(version);
    const model = parsed(await readPlain(path, MAX.manifest));
    if (model === null || model.name !== this.#name || model.version !== version) {
      throw new FileError(`${path} does not describe version ${version} of ${this.#name}`, path);
    }
    return model;
  }

  #model(version: number): string {
    return join(this.#folder, `${checkVersion(version)}.trellis`);
  }

  #json(version: number): string {
    return join(this.#folder, `${checkVersion(version)}.json`);
  }
}

function checkVersion(version: number): number {
  if (VERSION.test(String(version))) return version;
  throw new InvalidParameterError(`the version of a model must be an integer from 1; got ${version}`, "version");
}

/** A file that is no symbolic link. @throws FileError */
async function readPlain(path: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readRegularFile(path, maxBytes, constants.O_NOFOLLOW ?? 0);
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(`${path} could not be read: ${reasonOf(error)}`, path, { cause: error });
  }
}

async function sizeOf(path: string): Promise<number | null> {
  const found = await lstat(path).catch(() => null);
  return found?.isFile() ? found.size : null;
}

/** @throws InvalidParameterError for facts that are no plain JSON, or too many */
function plain(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  let text: string;
  try {
    text = JSON.stringify(facts);
  } catch (error) {
    throw new InvalidParameterError(`facts of a model must be plain JSON: ${(error as Error).message}`, "facts");
  }
  if (text.length <= MAX.facts) return JSON.parse(text);
  throw new InvalidParameterError(`facts of a model may have ${MAX.facts} characters; got ${text.length}`, "facts");
}

/** Null for what is no manifest. */
function parsed(bytes: Uint8Array): StoredModel | null {
  let value: Partial<StoredModel> | null;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { name, version, sha256, bytes: size, publishedAt, facts } = value;
  const isManifest =
    typeof name === "string" &&
    typeof version === "number" &&
    typeof sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    typeof size === "number" &&
    typeof publishedAt === "string" &&
    typeof facts === "object" &&
    facts !== null;
  return isManifest ? { name, version, sha256, bytes: size, publishedAt, facts } : null;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
