import type { RunRecord } from "./records.js";

/** What a record and each of its entries take besides their texts and bytes, about. */
const ENTRY = 64;

/** Bytes of memory that a record takes, about. */
export function sizeOf(record: RunRecord): number {
  switch (record.type) {
    case "run-started":
      return ENTRY + sizeOfTexts(record.tags);
    case "params":
    case "tags":
      return ENTRY + sizeOfTexts(record.values);
    case "metrics":
      return ENTRY + record.values.length * ENTRY;
    case "artifact":
      return ENTRY + record.content.byteLength;
    case "model":
      return Object.values(record.files).reduce((sum, { byteLength }) => sum + ENTRY + byteLength, ENTRY);
    case "run-ended":
      return ENTRY;
  }
}

function sizeOfTexts(texts: Readonly<Record<string, string>>): number {
  return Object.entries(texts).reduce((sum, [key, text]) => sum + ENTRY + 2 * (key.length + text.length), 0);
}
