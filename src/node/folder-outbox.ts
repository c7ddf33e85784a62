import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat, unlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Outbox } from "../tracking/outbox.js";
import { RecordsRefusedError, type RunRecord, type RunStore } from "../tracking/records.js";
import { FileError, reasonOf } from "./file-error.js";
import { OwnerLock } from "./owner-lock.js";
import { decodeRecords, encodeRecords } from "./record-file.js";
import { replaceFile } from "./replace-file.js";

export interface FolderOutboxOptions {
  /** Bytes that the files of a destination may have together; what would not fit is refused. Default 1 GiB. */
  readonly maxBytes?: number;
}

const SUFFIX = ".records";

/**
 * Records that wait on disk, a file for each time that some were put by: `<folder>/<destination>/<time>.<random>.records`.
 * Any process may put some by; one at a time sends what waits, whoever left it, the oldest first. A file is removed when
 * the store has taken it; one that is damaged is set aside as `*.damaged`, with a warning.
 *
 * @param folder is made when something is put by; its owner alone can read what is in it
 * @param destination what tells one store from others whose records wait in the same folder
 */
export function folderOutbox(folder: string, destination: string, options: FolderOutboxOptions = {}): Outbox {
  return new FolderOutbox(resolve(folder), destination, options.maxBytes ?? 2 ** 30);
}

class FolderOutbox implements Outbox {
  readonly #destination: string;
  readonly #folder: string;
  readonly #maxBytes: number;
  /** Milliseconds since 1970 in the name of the last file; later files have later names, whatever the clock does. */
  #lastTime = 0;

  constructor(folder: string, destination: string, maxBytes: number) {
    this.#destination = destination;
    this.#folder = join(folder, createHash("sha256").update(destination).digest("hex").slice(0, 16));
    this.#maxBytes = maxBytes;
  }

  async put(records: readonly RunRecord[]): Promise<void> {
    const bytes = encodeRecords(records, this.#destination);
    this.#lastTime = Math.max(Date.now(), this.#lastTime + 1);
    const name = `${this.#lastTime}.${randomUUID()}${SUFFIX}`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const size = await sizeOfFiles(this.#folder);
      if (size + bytes.length > this.#maxBytes) {
        const message = `${this.#folder} holds ${size} bytes of records to be sent, and may hold ${this.#maxBytes}`;
        throw new FileError(message, this.#folder);
      }
      await replaceFile(join(this.#folder, name), bytes);
    } catch (error) {
      if (error instanceof FileError) throw error;
      const message = `records could not be put by in ${this.#folder}: ${reasonOf(error)}`;
      throw new FileError(message, this.#folder, { cause: error });
    }
  }

  async replay(store: RunStore, signal: AbortSignal): Promise<void> {
    if ((await this.#waiting()).length === 0) return;
    const lock = await OwnerLock.take(this.#folder);
    try {
      for (let names = await this.#waiting(); names.length > 0; names = await this.#waiting()) {
        for (const name of names) {
          signal.throwIfAborted();
          await send(join(this.#folder, name), store, signal);
        }
      }
    } finally {
      await lock.release();
    }
  }

  /** The oldest first; names of as many digits sort as numbers do. */
  async #waiting(): Promise<string[]> {
    try {
      return (await readdir(this.#folder)).filter((name) => name.endsWith(SUFFIX)).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }
}

/** Delivers what is in a file, and removes it. */
async function send(file: string, store: RunStore, signal: AbortSignal): Promise<void> {
  const records = decodeRecords(await readFile(file));
  if (records === null) {
    await rename(file, `${file}.damaged`);
    process.emitWarning(`${file} is damaged, and set aside as *.damaged; what it held is not sent`);
    return;
  }
  try {
    await store.deliver(records, signal);
  } catch (error) {
    if (!(error instanceof RecordsRefusedError)) throw error;
    process.emitWarning(`${error.refused} records of ${file} are lost: ${error.message}`);
  }
  await unlink(file);
}

async function sizeOfFiles(folder: string): Promise<number> {
  let size = 0;
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(() => null); // Another process may have sent it meanwhile.
    size += found?.size ?? 0;
  }
  return size;
}
