import { createHash } from "node:crypto";
import type { MetricValue, RunRecord, RunStatus } from "../tracking/records.js";
import { checkedLine, linesOf, writtenLine } from "./checked-lines.js";

/*
 * Records in a file: a line of JSON that ends with its own checksum, and behind it the bytes that the records hold, of
 * which the line has the SHA-256. In the line bytes are written as where they begin and end.
 */
const MARK = '{"trellis":"outbox","v":1,';
const STATUSES: readonly unknown[] = ["finished", "failed", "killed"] satisfies RunStatus[];

type Place = readonly [from: number, to: number];
type Written = Readonly<Record<string, unknown>>;

/** @param store whose the records are, for whoever looks into the file */
export function encodeRecords(records: readonly RunRecord[], store: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const place = (bytes: Uint8Array): Place => {
    pieces.push(bytes);
    size += bytes.length;
    return [size - bytes.length, size];
  };
  const written = records.map((record) => writtenRecord(record, place));
  const bytes = Buffer.concat(pieces);
  const line = writtenLine(MARK, { store, records: written, size: bytes.length, sha256: hashOf(bytes) });
  return Buffer.concat([Buffer.from(line), bytes]);
}

/** What `encodeRecords` wrote; null for a file that is damaged. */
export function decodeRecords(file: Buffer): RunRecord[] | null {
  const [line] = linesOf(file);
  const header = line?.isWhole && line.text.startsWith(MARK) ? checkedLine(line.text) : null;
  if (line === undefined || header === null || !Array.isArray(header.records)) return null;
  const bytes = file.subarray(line.end);
  if (bytes.length !== header.size || hashOf(bytes) !== header.sha256) return null;
  const records = header.records.map((written) => readRecord(written, bytes));
  return records.every((record) => record !== null) ? records : null;
}

function writtenRecord(record: RunRecord, place: (bytes: Uint8Array) => Place): Written {
  switch (record.type) {
    case "metrics":
      return { ...record, values: record.values.map((metric) => ({ ...metric, value: writtenNumber(metric.value) })) };
    case "artifact":
      return { ...record, content: place(record.content) };
    case "model":
      return { ...record, files: Object.entries(record.files).map(([path, bytes]) => [path, place(bytes)]) };
    default:
      return record;
  }
}

/** Null for what is no record: a file is data that anybody may have written. */
function readRecord(written: unknown, bytes: Buffer): RunRecord | null {
  if (!isRecord(written) || typeof written.run !== "string") return null;
  const { run, type, name, time } = written;
  const at = (place: unknown): Uint8Array | null => {
    const [from, to] = Array.isArray(place) ? place : [];
    return isWithin(from, to, bytes.length) ? Uint8Array.from(bytes.subarray(from, to)) : null;
  };
  switch (type) {
    case "run-started": {
      const { parent, tags } = written;
      const isFine = isText(name) && (parent === null || isText(parent)) && isTime(time) && isTexts(tags);
      return isFine ? { type, run, name, parent, time, tags } : null;
    }
    case "params":
    case "tags":
      return isTexts(written.values) ? { type, run, values: written.values } : null;
    case "metrics": {
      const values = Array.isArray(written.values) ? written.values.map(readMetric) : [null];
      return values.every((metric) => metric !== null) ? { type, run, values } : null;
    }
    case "artifact": {
      const content = at(written.content);
      return content !== null && isText(written.path) ? { type, run, path: written.path, content } : null;
    }
    case "model": {
      const { files, registeredName, alias } = written;
      if (!Array.isArray(files) || !isText(name) || !isTextOrNull(registeredName) || !isTextOrNull(alias)) return null;
      const read = files.map((file) =>
        Array.isArray(file) ? ([file[0], at(file[1])] as const) : ([null, null] as const),
      );
      if (!read.every((file): file is readonly [string, Uint8Array] => isText(file[0]) && file[1] !== null))
        return null;
      return { type, run, name, files: Object.fromEntries(read), registeredName, alias };
    }
    case "run-ended": {
      const { status } = written;
      return STATUSES.includes(status) && isTime(time) ? { type, run, status: status as RunStatus, time } : null;
    }
    default:
      return null;
  }
}

function readMetric(written: unknown): MetricValue | null {
  if (!isRecord(written)) return null;
  const { key, value, step, time } = written;
  const isFine =
    isText(key) && (typeof value === "number" || isText(value)) && Number.isSafeInteger(step) && isTime(time);
  return isFine ? { key, value: Number(value), step: step as number, time } : null;
}

/** JSON has no word for NaN and infinities. */
function writtenNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function isRecord(value: unknown): value is Written {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || isText(value);
}

function isTexts(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every(isText);
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isWithin(from: unknown, to: unknown, length: number): boolean {
  return (
    Number.isSafeInteger(from) && Number.isSafeInteger(to) && 0 <= Number(from) && from! <= to! && Number(to) <= length
  );
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
