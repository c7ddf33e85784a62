import type { MetricValue, RunRecord } from "./records.js";

/** A record whose content goes into runs/log-batch. */
export type BatchRecord = Extract<RunRecord, { type: "params" | "metrics" | "tags" }>;

interface Entry {
  readonly key: string;
  readonly value: string;
}

/** What one call of runs/log-batch takes. */
export interface Batch {
  readonly params: Entry[];
  readonly tags: Entry[];
  readonly metrics: { key: string; value: number | string; timestamp: number; step: number }[];
}

/** Of one call (mlflow/utils/validation.py); what is longer is cut, as MLflow's Python client does. */
const LIMITS = { metrics: 1000, params: 100, tags: 100, all: 1000, size: 1_000_000, param: 6000, tag: 8000 };
/** Characters that an entry's names and blanks take where the server writes it out again to measure it. */
const FRAME = 150;

/** Records of one run as few calls, each within what a server takes. A call has a key but once, a parameter its first value. */
export function* batchesOf(records: readonly BatchRecord[]): Generator<Batch> {
  let batch = emptyBatch();
  let count = 0;
  let size = FRAME;
  for (const [kind, entry] of entriesOf(records)) {
    const more = FRAME + asciiLength(entry);
    const isTwice = kind !== "metrics" && batch[kind].some(({ key }) => key === entry.key);
    if (isTwice && kind === "params") continue;
    if (isTwice || batch[kind].length === LIMITS[kind] || count === LIMITS.all || size + more > LIMITS.size) {
      yield batch;
      batch = emptyBatch();
      count = 0;
      size = FRAME;
    }
    (batch[kind] as (typeof entry)[]).push(entry);
    count++;
    size += more;
  }
  if (count > 0) yield batch;
}

/** A metric as servers take it: JSON has no word for NaN and infinities. */
function metricEntry({ key, value, step, time }: MetricValue): Batch["metrics"][number] {
  return { key, value: Number.isFinite(value) ? value : String(value), timestamp: time, step };
}

function* entriesOf(
  records: readonly BatchRecord[],
): Generator<["params" | "tags", Entry] | ["metrics", Batch["metrics"][number]]> {
  for (const record of records) {
    if (record.type === "metrics") for (const metric of record.values) yield ["metrics", metricEntry(metric)];
    else {
      const longest = record.type === "params" ? LIMITS.param : LIMITS.tag;
      for (const [key, value] of Object.entries(record.values)) {
        yield [record.type, { key, value: value.slice(0, longest) }];
      }
    }
  }
}

function emptyBatch(): Batch {
  return { params: [], tags: [], metrics: [] };
}

/** Characters of the JSON in which all that is not ASCII is escaped, as Python writes it. */
function asciiLength(entry: object): number {
  const text = JSON.stringify(entry);
  let length = text.length;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 126) length += 5;
  return length;
}
