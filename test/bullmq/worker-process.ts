import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The program of a user's worker, on the built package. */
const program = `
  import { runBullmqWorker } from "trellis-learn/bullmq";
  const stop = new AbortController();
  process.once("SIGTERM", () => stop.abort());
  await runBullmqWorker({ ...JSON.parse(process.argv[1]), signal: stop.signal });`;

/** A process that takes calls. */
export class WorkerProcess {
  readonly #options: object;
  #process!: ChildProcess;
  #said = "";

  /** @param options of `runBullmqWorker`; a short lock, so that tests need not wait long for what a dead worker had */
  constructor(options: object) {
    this.#options = { lockDuration: 1, ...options };
    this.start();
  }

  start(): void {
    const args = ["--input-type=module", "--eval", program, JSON.stringify(this.#options)];
    this.#process = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        this.#said += text;
      });
    }
  }

  /** What it has written. */
  get said(): string {
    return this.#said;
  }

  /** As a machine that loses its power does. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** Lets it end what it has begun. */
  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill(signal);
    await ended;
  }
}
