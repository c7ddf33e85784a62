import type { KernelModule } from "../kernels/kernel.js";
import { kernelFailed, workerDied } from "./kernel-failure.js";
import type { Linker } from "./linker.js";
import type { Memory } from "./memory.js";
import type { Answer, Order } from "./messages.js";
import { Mirror } from "./mirror.js";
import { onAbort, unlessAborted } from "./on-abort.js";
import type { KernelCall } from "./pool.js";
import { startWorker, type WorkerPort } from "./worker-port.js";

/** A kernel that has not come to a slice so long after an abort is ended with its worker. */
const PATIENCE_MS = 250;
const PAGE = 65536;

/** The worker could not be started, so nothing has been done to the call's blocks. */
export class StartFailure extends Error {}

/** The worker died or was ended in the middle of a call. */
class Gone extends Error {}

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** One worker, and the one call at a time that it works on. */
export class WorkerLane {
  readonly #memory: Memory;
  readonly #linker: Linker;
  readonly #mirror: Mirror | undefined;
  /** The modules that the worker has, with the numbers by which it knows them. */
  readonly #modules = new Map<KernelModule, number>();
  readonly #started: Promise<void>;
  #port: WorkerPort | undefined;
  #waitsForStart: Waiting<void> | undefined;
  #waitsForAnswer: Waiting<Answer> | undefined;
  #busy = false;
  #loaded = false;
  #goneBecause: string | undefined;
  #ended: (() => void) | undefined;

  constructor(memory: Memory, linker: Linker) {
    this.#memory = memory;
    this.#linker = linker;
    this.#mirror = memory.shared ? undefined : new Mirror(memory);
    this.#started = new Promise((resolve, reject) => {
      this.#waitsForStart = { resolve, reject };
    });
    this.#started.catch(() => {}); // Whoever performs a call hears of it.
    this.#start();
  }

  /** Whether the worker cannot be used any more. */
  get gone(): boolean {
    return this.#goneBecause !== undefined;
  }

  /** Whether the worker has been loaded and lives. */
  get ready(): boolean {
    return this.#loaded && !this.gone;
  }

  get busy(): boolean {
    return this.#busy;
  }

  #start(): void {
    const { wasm, shared, limit } = this.#memory;
    const mirrored = { initial: wasm.buffer.byteLength / PAGE, maximum: limit / PAGE };
    try {
      this.#port = startWorker({ answer: (answer) => this.#hear(answer), gone: (why) => this.#lose(why) });
      this.#port.post({ memory: shared ? wasm : mirrored });
    } catch (error) {
      this.#lose(error instanceof Error ? error.message : String(error));
    }
  }

  #hear(answer: Answer): void {
    if (answer.kind !== "ready") {
      this.#waitsForAnswer?.resolve(answer);
      return;
    }
    this.#loaded = true;
    this.#waitsForStart?.resolve();
  }

  #lose(why: string): void {
    this.#waitsForStart?.reject(new StartFailure(why));
    this.#waitsForAnswer?.reject(new Gone(why));
    this.#goneBecause ??= why;
    this.#ended?.();
  }

  /** As `Pool.run`. @throws StartFailure if there is no worker to run it */
  async perform(call: KernelCall, signal: AbortSignal | undefined): Promise<void> {
    this.#busy = true;
    this.#port?.keepAlive(true);
    try {
      const loading = this.#linker.module(call.kernel.module).catch((error) => {
        throw kernelFailed(call.kernel, error);
      });
      loading.catch(() => {}); // It is awaited below, perhaps later than it fails.
      // Worker and module may take long to load; an abort does not wait for them, as nothing has been sent yet.
      const module = await unlessAborted(
        this.#started.then(() => loading),
        signal,
      );
      signal?.throwIfAborted();
      const mirror = await this.#mirror?.pack(call, signal);
      await this.#exchange(call, module, mirror, signal);
    } finally {
      this.#busy = false;
      this.#port?.keepAlive(false);
    }
  }

  async #exchange(
    call: KernelCall,
    module: WebAssembly.Module,
    mirror: Order["mirror"],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { kernel } = call;
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#waitsForAnswer = { resolve, reject };
    });
    let patience: ReturnType<typeof setTimeout> | undefined;
    const stopListening = onAbort(signal, () => {
      this.#port?.post({ stop: true });
      patience = setTimeout(() => this.#port?.end(), PATIENCE_MS);
    });
    try {
      if (this.#goneBecause !== undefined) throw new Gone(this.#goneBecause);
      this.#order(call, module, mirror);
      const heard = await answer;
      if (heard.kind === "stopped") throw signal?.reason;
      if (heard.kind === "failed") throw kernelFailed(kernel, heard.message);
      if (heard.kind === "done") await this.#mirror?.unpack(call, heard.pieces);
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      if (this.#memory.shared && this.#port?.endsSurely === false) {
        for (const block of [...call.writes, ...(call.scratch ?? [])]) this.#memory.abandon(block);
      }
      throw signal?.aborted ? signal.reason : workerDied(kernel, error.message);
    } finally {
      this.#waitsForAnswer = undefined;
      stopListening();
      clearTimeout(patience);
    }
  }

  #order(call: KernelCall, module: WebAssembly.Module, mirror: Order["mirror"]): void {
    const { kernel, args } = call;
    const known = this.#modules.get(kernel.module);
    const number = known ?? this.#modules.size;
    const order: Order = {
      module: number,
      ...(known === undefined ? { compiled: module } : {}),
      kernel: kernel.name,
      args,
      ...(mirror ? { mirror } : {}),
    };
    this.#port?.post(
      order,
      mirror?.pieces.map((piece) => piece.bytes.buffer),
    );
    this.#modules.set(kernel.module, number);
  }

  /** Ends the worker and waits until it has ended. */
  async end(): Promise<void> {
    if (this.gone) return;
    this.#port?.keepAlive(true); // A process that awaits this must not run out of things to wait for.
    const ended = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    this.#port?.end();
    await ended;
  }
}
