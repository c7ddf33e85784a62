import type { AnyEstimator } from "../core/estimator.js";
import {
  checkKey,
  checkMetric,
  checkModelName,
  checkModelOptions,
  checkName,
  checkPath,
  checkRunKey,
  paramText,
  tagText,
} from "./record-rules.js";
import type { Files, RunRecord, RunStatus } from "./records.js";
import type { ModelOptions, Run, RunOptions } from "./tracker.js";

/** Makes the files of a model from a fitted estimator. */
export type ModelFiles = (estimator: AnyEstimator) => Promise<Files>;

/** A run that turns what is logged into records. */
export class RecordedRun implements Run {
  readonly key: string;
  readonly #record: (record: RunRecord) => void;
  readonly #modelFiles: ModelFiles;

  constructor(
    name: string,
    { parent, tags = {}, key = crypto.randomUUID() }: RunOptions,
    record: (record: RunRecord) => void,
    modelFiles: ModelFiles,
  ) {
    checkName("name of the run", name);
    checkRunKey(key);
    this.key = key;
    this.#record = record;
    this.#modelFiles = modelFiles;
    record({
      type: "run-started",
      run: key,
      name,
      parent: parent?.key ?? null,
      time: Date.now(),
      tags: tagsOf(tags),
    });
  }

  params(values: Readonly<Record<string, unknown>>): void {
    const texts = Object.entries(values).map(([key, value]) => {
      checkKey(`parameter ${key}`, key);
      return [key, paramText(value)] as const;
    });
    if (texts.length > 0) this.#record({ type: "params", run: this.key, values: Object.fromEntries(texts) });
  }

  metrics(values: Readonly<Record<string, number>>, step = 0): void {
    const time = Date.now();
    const metrics = Object.entries(values).map(([key, value]) => {
      checkKey(`metric ${key}`, key);
      checkMetric(`metric ${key}`, value, step);
      return { key, value, step, time };
    });
    if (metrics.length > 0) this.#record({ type: "metrics", run: this.key, values: metrics });
  }

  tags(values: Readonly<Record<string, string>>): void {
    this.#record({ type: "tags", run: this.key, values: tagsOf(values) });
  }

  artifact(path: string, content: string | Uint8Array): void {
    checkPath("path of the artifact", path);
    // The caller may go on writing into its bytes.
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content.slice();
    this.#record({ type: "artifact", run: this.key, path, content: bytes });
  }

  async model(name: string, estimator: AnyEstimator, options: ModelOptions = {}): Promise<void> {
    checkModelName("name of the model", name);
    checkModelOptions(options);
    const files = await this.#modelFiles(estimator);
    const { registeredName = null, alias = null } = options;
    this.#record({ type: "model", run: this.key, name, files, registeredName, alias });
  }

  end(status: RunStatus = "finished"): void {
    this.#record({ type: "run-ended", run: this.key, status, time: Date.now() });
  }
}

function tagsOf(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      checkKey(`tag ${key}`, key);
      return [key, tagText(value)];
    }),
  );
}
