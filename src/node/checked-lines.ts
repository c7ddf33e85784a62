import { crc32 } from "node:zlib";

/** One line of a file. */
export interface Line {
  readonly text: string;
  /** Offset of the byte after it, its line break included. */
  readonly end: number;
  /** It ends with a line break. */
  readonly isWhole: boolean;
}

/** The lines of a file in UTF-8. */
export function* linesOf(bytes: Buffer): Generator<Line> {
  for (let from = 0; from < bytes.length; ) {
    const at = bytes.indexOf(10, from);
    const end = at < 0 ? bytes.length : at + 1;
    yield { text: bytes.toString("utf8", from, at < 0 ? end : at), end, isWhole: at >= 0 };
    from = end;
  }
}

/** A record as a line of JSON that ends with its own checksum: CRC-32 of what stands before it. */
export function writtenLine(opening: string, record: object): string {
  const text = opening + JSON.stringify(record).slice(1, -1);
  return `${text},"crc":"${checksum(text)}"}\n`;
}

/** What `writtenLine` wrote; null for a line that is damaged. */
export function checkedLine(line: string): Record<string, unknown> | null {
  const found = /^(.*),"crc":"([0-9a-f]{8})"\}$/s.exec(line);
  if (found === null || checksum(found[1]!) !== found[2]) return null;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}
