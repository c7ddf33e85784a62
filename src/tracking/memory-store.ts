import { KnownMetrics } from "./known-metrics.js";
import {
  type Files,
  type MetricValue,
  RecordsRefusedError,
  type RunRecord,
  type RunStatus,
  type RunStore,
} from "./records.js";

/** A model that a run has logged. */
export interface MemoryModel {
  readonly name: string;
  readonly files: Files;
  readonly registeredName: string | null;
  readonly alias: string | null;
}

/** A run as plain data. */
export interface MemoryRun {
  readonly key: string;
  readonly name: string;
  /** Key of the run inside which this one is nested, or null. */
  readonly parent: string | null;
  readonly status: "running" | RunStatus;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** Null while it is running. */
  readonly ended: number | null;
  /** Values as text, as MLflow keeps them. */
  readonly params: Readonly<Record<string, string>>;
  /** In the order in which they were logged. */
  readonly metrics: Readonly<Record<string, readonly Omit<MetricValue, "key">[]>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly artifacts: Files;
  readonly models: readonly MemoryModel[];
}

interface Kept {
  readonly start: Extract<RunRecord, { type: "run-started" }>;
  status: MemoryRun["status"];
  ended: number | null;
  readonly params: Map<string, string>;
  readonly metrics: Map<string, Omit<MetricValue, "key">[]>;
  readonly known: KnownMetrics;
  readonly tags: Map<string, string>;
  readonly artifacts: Map<string, Uint8Array>;
  readonly models: Map<string, MemoryModel>;
}

/** Keeps runs in memory. */
export class MemoryStore implements RunStore {
  readonly name = "memory";
  readonly #runs = new Map<string, Kept>();

  /** All runs, in the order in which they were started. */
  get runs(): readonly MemoryRun[] {
    return [...this.#runs.values()].map(asData);
  }

  async deliver(records: readonly RunRecord[]): Promise<void> {
    let refused = 0;
    for (const record of records) if (!this.#take(record)) refused++;
    if (refused > 0) throw new RecordsRefusedError(`${refused} records are of runs that were never started`, refused);
  }

  #take(record: RunRecord): boolean {
    const run = this.#runs.get(record.run);
    if (record.type === "run-started") this.#start(record, run);
    else if (run !== undefined) keep(record, run);
    return record.type === "run-started" || run !== undefined;
  }

  #start(start: Kept["start"], found: Kept | undefined): void {
    const tags = Object.entries(start.tags);
    if (found === undefined) {
      this.#runs.set(start.run, {
        start,
        status: "running",
        ended: null,
        params: new Map(),
        metrics: new Map(),
        known: new KnownMetrics(),
        tags: new Map(tags),
        artifacts: new Map(),
        models: new Map(),
      });
      return;
    }
    Object.assign(found, { status: "running", ended: null });
    for (const [key, value] of tags) found.tags.set(key, value);
    for (const [key, values] of found.metrics) found.known.found(values.map(({ step }) => ({ key, step })));
  }
}

function keep(record: Exclude<RunRecord, { type: "run-started" }>, run: Kept): void {
  switch (record.type) {
    case "params":
      for (const [key, value] of Object.entries(record.values)) if (!run.params.has(key)) run.params.set(key, value);
      return;
    case "metrics":
      for (const { key, ...value } of record.values) {
        if (!run.known.add({ key, ...value })) continue;
        const values = run.metrics.get(key);
        if (values === undefined) run.metrics.set(key, [value]);
        else values.push(value);
      }
      return;
    case "tags":
      for (const [key, value] of Object.entries(record.values)) run.tags.set(key, value);
      return;
    case "artifact":
      run.artifacts.set(record.path, record.content);
      return;
    case "model": {
      const { name, files, registeredName, alias } = record;
      run.models.set(name, { name, files, registeredName, alias });
      return;
    }
    case "run-ended":
      Object.assign(run, { status: record.status, ended: record.time });
  }
}

function asData({ start, status, ended, ...kept }: Kept): MemoryRun {
  return {
    key: start.run,
    name: start.name,
    parent: start.parent,
    status,
    started: start.time,
    ended,
    params: Object.fromEntries(kept.params),
    metrics: Object.fromEntries([...kept.metrics].map(([key, values]) => [key, [...values]])),
    tags: Object.fromEntries(kept.tags),
    artifacts: Object.fromEntries(kept.artifacts),
    models: [...kept.models.values()],
  };
}
