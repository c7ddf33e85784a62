import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { fromLine, type KnownDistributions } from "../tune/from-line.js";
import { LINE_HEAD } from "../tune/journal-codes.js";
import type { JournalRecord } from "../tune/journal-record.js";
import { FileError } from "./file-error.js";
import { syncFolder } from "./replace-file.js";

const NEWLINE = 0x0a;
/** Bytes that are read at once. */
const CHUNK = 2 ** 20;
/** A longer line is no record, and is not read. */
const MAX_LINE = 2 ** 26;

/** A journal in a file: whole lines, of which each is a record; after a crash perhaps a last one that is torn. */
export class JournalFile {
  readonly #path: string;
  /** Where the lines end that were read. */
  #end = 0;
  #lines = 0;
  readonly #known: KnownDistributions = new Map();

  /** @param path absolute */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The records of the whole lines that have come since the last call, in parts. A file that is not there has none.
   *
   * @throws FileError if it is no journal; what the system says
   */
  async *read(): AsyncGenerator<readonly JournalRecord[]> {
    let file: FileHandle;
    try {
      file = await open(this.#path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT" && this.#end === 0) return;
      throw error;
    }
    try {
      for (let size = await this.#sizeOf(file), chunk = CHUNK; this.#end < size; ) {
        const bytes = await readAt(file, this.#end, Math.min(chunk, size - this.#end));
        const whole = bytes.lastIndexOf(NEWLINE) + 1;
        if (whole > 0) yield this.#parse(bytes.subarray(0, whole));
        else if (bytes.length < chunk) return;
        else chunk = this.#longer(chunk);
      }
    } finally {
      await file.close();
    }
  }

  /**
   * Puts lines behind those that were read, and syncs. The caller holds the lock and has read all; what a crash has torn
   * is mended. A failure leaves the file as it was.
   *
   * @throws FileError if it is no journal; what the system says
   */
  async append(lines: string): Promise<void> {
    const { O_APPEND, O_CREAT, O_NONBLOCK, O_RDWR } = constants;
    const file = await open(this.#path, O_RDWR | O_APPEND | O_CREAT | (O_NONBLOCK ?? 0), 0o666);
    try {
      const size = await this.#sizeOf(file);
      const separator = await this.#mend(file, size);
      const before = separator === "" ? this.#end : size;
      try {
        await file.writeFile(separator + lines);
        await file.sync();
      } catch (error) {
        await file.truncate(before).catch(() => {}); // The first failure is the one to tell.
        throw error;
      }
      if (size === 0) await syncFolder(dirname(this.#path));
    } finally {
      await file.close();
    }
  }

  /** Cuts off a torn line at the end. One that lacks its newline alone gets it: the newline is what this gives. */
  async #mend(file: FileHandle, size: number): Promise<string> {
    if (size === this.#end) return "";
    if (size - this.#end > MAX_LINE) throw this.#noJournal("it ends with a line that is too long");
    const tail = (await readAt(file, this.#end, size - this.#end)).toString("utf8");
    if (isRecord(tail, this.#known)) return "\n";
    // A file system may fill up with zeros what it had not written yet.
    const written = tail.replace(/\0+$/, "");
    if (!written.startsWith(LINE_HEAD) && !LINE_HEAD.startsWith(written)) {
      throw this.#noJournal("it ends with a line that is no record");
    }
    await file.truncate(this.#end);
    return "";
  }

  #parse(bytes: Buffer): readonly JournalRecord[] {
    const lines = bytes.toString("utf8").split("\n");
    lines.pop();
    const records = lines.map((line, i) => {
      try {
        return fromLine(line, this.#known);
      } catch (error) {
        const { message } = error as Error;
        throw this.#noJournal(`line ${this.#lines + i + 1} is no record: ${message.slice(0, 200)}`, { cause: error });
      }
    });
    this.#end += bytes.length;
    this.#lines += lines.length;
    return records.filter((record) => record !== null);
  }

  async #sizeOf(file: FileHandle): Promise<number> {
    const stat = await file.stat();
    if (!stat.isFile()) throw new FileError(`${this.#path} is no regular file`, this.#path);
    if (stat.size < this.#end) throw this.#noJournal("it has become shorter than it was");
    return stat.size;
  }

  #longer(chunk: number): number {
    if (chunk >= MAX_LINE) throw this.#noJournal(`line ${this.#lines + 1} is longer than ${MAX_LINE} bytes`);
    return 2 * chunk;
  }

  #noJournal(reason: string, options?: ErrorOptions): FileError {
    return new FileError(`${this.#path} is not a study's journal: ${reason}`, this.#path, options);
  }
}

function isRecord(line: string, known: KnownDistributions): boolean {
  try {
    fromLine(line, known);
    return true;
  } catch {
    return false;
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}
