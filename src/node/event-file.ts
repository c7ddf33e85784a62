import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";
import { checkedLine, linesOf, writtenLine } from "./checked-lines.js";
import { readRegularFile } from "./read-regular-file.js";
import { replaceFile } from "./replace-file.js";

/** A larger file is not read. */
const MAX_BYTES = 2 ** 28;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Records in a file, a line of JSON with a checksum each. What was appended outlives the process, however it ends; a line that was torn
 * by a kill is passed over.
 */
export class EventFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** What can be read of it; nothing where there is no such file. */
  async read(): Promise<Fields[]> {
    const bytes = await readRegularFile(this.#path, MAX_BYTES, constants.O_NOFOLLOW ?? 0).catch(() => null);
    if (bytes === null) return [];
    const records: Fields[] = [];
    for (const line of linesOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))) {
      const record = line.isWhole ? checkedLine(line.text) : null;
      if (record !== null) records.push(record);
    }
    return records;
  }

  /** Ends a line that was torn, so that the next one is not torn with it. */
  async mend(): Promise<void> {
    const found = await stat(this.#path).catch(() => null);
    if (found !== null && found.size > 0) await this.#write("\n");
  }

  async append(records: readonly object[]): Promise<void> {
    await this.#write(textOf(records));
  }

  /** Puts these in the place of all that there were. */
  async replace(records: readonly object[]): Promise<void> {
    await replaceFile(this.#path, Buffer.from(textOf(records)));
  }

  async #write(text: string): Promise<void> {
    const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
    const file = await open(this.#path, O_APPEND | O_CREAT | O_WRONLY | (O_NOFOLLOW ?? 0), 0o600);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  }
}

function textOf(records: readonly object[]): string {
  return records.map((record) => writtenLine("{", record)).join("");
}
