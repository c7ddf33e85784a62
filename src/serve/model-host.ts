import { InvalidModelError } from "../core/errors.js";
import { RequestError } from "./request-error.js";
import { ServiceThread, ThreadGoneError } from "./service-thread.js";
import type { Loaded, Predicted, PredictOrder } from "./thread-messages.js";

/** A thread that dies at once is not started again at once. */
const RESTART_MS = 500;

/** A model file, as often as it is needed. */
export interface ModelFile {
  /** What to call it in messages: "version 3 of iris". */
  readonly title: string;
  readonly sha256: string;
  /** Bytes that are nobody else's: they are given to the thread. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

export interface ModelHostOptions {
  /** Told when no predictions can be made, and when they can be again. */
  onDown(): void;
  onUp(): void;
  /** What happened that nobody asked about. */
  warn(message: string, error: unknown): void;
}

/** Models on a thread, by numbers; a thread that dies is started again with all of them. */
export class ModelHost {
  readonly #options: ModelHostOptions;
  readonly #files = new Map<number, ModelFile>();
  /** Those of the files that the thread of now holds. */
  readonly #there = new Set<number>();
  #thread: ServiceThread;
  #keys = 0;
  #ended = false;

  constructor(options: ModelHostOptions) {
    this.#options = options;
    this.#thread = this.#start();
  }

  /** Whether the thread holds it: not while it is started again, and not if it could not be loaded again. */
  has(key: number): boolean {
    return this.#there.has(key);
  }

  /** Loads, verifies and warms up. @throws InvalidModelError; whatever reading throws; ThreadGoneError */
  async load(file: ModelFile): Promise<Loaded & { readonly key: number }> {
    const key = ++this.#keys;
    const loaded = await this.#load(key, file);
    this.#files.set(key, file);
    return { ...loaded, key };
  }

  unload(key: number): void {
    this.#files.delete(key);
    this.#there.delete(key);
    if (!this.#ended) this.#thread.call("unload", { key }).catch(() => {}); // Else it has died, and the model with it.
  }

  /** @throws RequestError 503 MODELS_RESTARTING if the thread dies, or cannot load the model again */
  async predict(order: PredictOrder): Promise<Predicted> {
    if (!this.has(order.key)) throw restarting();
    try {
      return await this.#thread.call("predict", order, [order.data.buffer]);
    } catch (error) {
      throw error instanceof ThreadGoneError ? restarting(error) : error;
    }
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#thread.end();
  }

  #start(): ServiceThread {
    return new ServiceThread((error) => void this.#restart(error));
  }

  async #load(key: number, { title, sha256, read }: ModelFile): Promise<Loaded> {
    const thread = this.#thread;
    const bytes = await read();
    const loaded = await thread.call("load", { key, bytes }, [bytes.buffer]);
    if (loaded.sha256 !== sha256) {
      await thread.call("unload", { key });
      throw new InvalidModelError(`${title} is not the file that its hash says`);
    }
    if (thread !== this.#thread) throw new ThreadGoneError("it was replaced");
    this.#there.add(key);
    return loaded;
  }

  async #restart(error: ThreadGoneError): Promise<void> {
    this.#there.clear();
    if (this.#ended) return;
    this.#options.warn("the models' thread has ended and is started again", error);
    this.#options.onDown();
    await new Promise((resolve) => setTimeout(resolve, RESTART_MS).unref());
    if (this.#ended) return;
    const thread = this.#start();
    this.#thread = thread;
    for (const [key, file] of this.#files) {
      await this.#load(key, file).catch((cause) =>
        this.#options.warn(`${file.title} could not be loaded again`, cause),
      );
      if (thread.isGone) return; // Another start is under way.
    }
    this.#options.onUp();
  }
}

function restarting(cause?: unknown): RequestError {
  const message = "the models are being started again; try again";
  return new RequestError(503, "MODELS_RESTARTING", message, { retryAfter: 1, cause });
}
