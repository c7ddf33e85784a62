import { Classifier, fromBytes, inlinePool, Matrix } from "trellis-learn";
import type { ModelEntry } from "../service/contract.js";
import type { Answer } from "./predictor.js";
import type { FromWorker, ToWorker } from "./worker-messages.js";

interface LoadedModel {
  readonly entry: ModelEntry;
  readonly classifier: Classifier<object, object, object>;
}

const loaded = new Map<string, LoadedModel>();
const pool = inlinePool();

const tell = (message: FromWorker) => self.postMessage(message);

/** Model files are immutable: the browser's cache keeps them from one visit to the next. */
async function load(entry: ModelEntry): Promise<void> {
  if (loaded.get(entry.name)?.entry.version === entry.version) return;
  const response = await fetch(entry.url);
  if (!response.ok) throw new Error(`${entry.url} answers with status ${response.status}`);
  const classifier = await fromBytes(new Uint8Array(await response.arrayBuffer()));
  if (!(classifier instanceof Classifier)) throw new Error(`${entry.name} is no classifier`);
  loaded.set(entry.name, { entry, classifier });
}

async function ask({ entry, classifier }: LoadedModel, pixels: Uint8Array): Promise<Answer> {
  const X = new Matrix(pixels, 1, pixels.length, { scale: entry.scale });
  const started = performance.now();
  const { data } = await classifier.predictProba(X, { pool });
  return { model: entry.name, probabilities: Array.from(data), milliseconds: performance.now() - started };
}

async function loadAll(models: readonly ModelEntry[]): Promise<void> {
  for (const entry of [...models].sort((a, b) => a.bytes - b.bytes)) {
    try {
      await load(entry);
      tell({ type: "loaded", model: entry.name });
    } catch (error) {
      tell({ type: "not-loaded", model: entry.name, reason: String((error as Error).message) });
    }
  }
}

async function predict(id: number, pixels: Uint8Array): Promise<void> {
  try {
    const answers: Answer[] = [];
    for (const model of loaded.values()) answers.push(await ask(model, pixels));
    tell({ type: "answers", id, answers });
  } catch (error) {
    tell({ type: "failed", id, reason: String((error as Error).message) });
  }
}

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "load") void loadAll(data.models);
  else void predict(data.id, data.pixels);
});
