import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { checkedLine, writtenLine } from "./checked-lines.js";
import { replaceFile } from "./replace-file.js";

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

  /** One after the other, whatever their length together; nothing where there is no such file. */
  async *read(): AsyncGenerator<Fields> {
    const { O_NONBLOCK, O_NOFOLLOW, O_RDONLY } = constants;
    const file = await open(this.#path, O_RDONLY | (O_NONBLOCK ?? 0) | (O_NOFOLLOW ?? 0)).catch(() => null);
    if (file === null) return;
    for await (const line of file.readLines()) {
      const record = checkedLine(line);
      if (record !== null) yield record;
    }
  }

  /** Ends a line that was torn, so that the next one is not torn with it. */
  async mend(): Promise<void> {
    const file = await open(this.#path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0)).catch(() => null);
    if (file === null) return;
    try {
      const { size } = await file.stat();
      const { buffer } = await file.read(Buffer.from("\n"), 0, 1, Math.max(0, size - 1));
      if (buffer.toString() !== "\n") await file.write("\n", size);
    } finally {
      await file.close();
    }
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
