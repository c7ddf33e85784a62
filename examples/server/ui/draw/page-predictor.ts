import type { ModelEntry } from "../service/contract.js";
import type { Answer, Predictor } from "./predictor.js";
import type { FromWorker, ToWorker } from "./worker-messages.js";

export interface PagePredictorEvents {
  /** A model is there to be asked. */
  loaded(model: string): void;
  /** The page cannot compute by itself, or not with one model; in words. */
  failed(reason: string, model: string | null): void;
}

interface Waiting {
  resolve(answers: readonly Answer[]): void;
  reject(error: Error): void;
}

/** Predicts in the page: a worker with the models that the service serves, read by the library that trained them. */
export class PagePredictor implements Predictor {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  /** @throws where there are no workers, or no WebAssembly */
  constructor(events: PagePredictorEvents) {
    if (typeof WebAssembly === "undefined") throw new Error("it has no WebAssembly");
    this.#worker = new Worker(new URL("./infer-worker.js", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === "loaded") events.loaded(data.model);
      else if (data.type === "not-loaded") events.failed(data.reason, data.model);
      else this.#settle(data);
    });
    this.#worker.addEventListener("error", ({ message }) => {
      events.failed(message || "its worker did not start", null);
      for (const { reject } of this.#waiting.values()) reject(new Error("the worker of the page has failed"));
      this.#waiting.clear();
    });
  }

  /** Loads what is not there yet, the smallest first. */
  load(models: readonly ModelEntry[]): void {
    this.#tell({ type: "load", models });
  }

  predict(pixels: Uint8Array<ArrayBuffer>): Promise<readonly Answer[]> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#tell({ type: "predict", id, pixels });
    });
  }

  close(): void {
    this.#worker.terminate();
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #settle(message: Extract<FromWorker, { readonly id: number }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === "answers") waiting?.resolve(message.answers);
    else waiting?.reject(new Error(message.reason));
  }
}
