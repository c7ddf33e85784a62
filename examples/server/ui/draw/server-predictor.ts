import type { ModelEntry } from "../service/contract.js";
import type { ServiceClient } from "../service/service-client.js";
import type { Answer, Predictor } from "./predictor.js";

/** Predicts on the server, by the Open Inference Protocol; times are those of the whole trip. */
export class ServerPredictor implements Predictor {
  readonly #service: ServiceClient;
  readonly #models: readonly ModelEntry[];

  constructor(service: ServiceClient, models: readonly ModelEntry[]) {
    this.#service = service;
    this.#models = models;
  }

  predict(pixels: Uint8Array): Promise<readonly Answer[]> {
    return Promise.all(this.#models.map(({ name }) => this.#ask(name, pixels)));
  }

  async #ask(model: string, pixels: Uint8Array): Promise<Answer> {
    const input = { name: "input", shape: [1, pixels.length], datatype: "UINT8", data: Array.from(pixels) };
    const started = performance.now();
    const answer = await this.#service.infer(model, { inputs: [input], outputs: [{ name: "probability" }] });
    const milliseconds = performance.now() - started;
    const [output] = (answer as { readonly outputs: readonly { readonly data: readonly number[] }[] }).outputs;
    return { model, probabilities: output?.data ?? [], milliseconds };
  }
}
