import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const EXAMPLE = new URL("../../examples/server/", import.meta.url);
const BUILT = fileURLToPath(new URL(`dist/test-${process.pid}`, EXAMPLE));
const JSON_BODY = { "content-type": "application/json" };

/** The service as users start it, in a process of its own; `build` comes first, `remove` last. */
export class RunningServer {
  readonly url: string;
  /** What it has logged so far. */
  readonly log: readonly string[];
  readonly #process: ChildProcess;

  private constructor(url: string, child: ChildProcess, log: readonly string[]) {
    this.url = url;
    this.#process = child;
    this.log = log;
  }

  static async build(): Promise<void> {
    await promisify(execFile)(process.execPath, [fileURLToPath(new URL("build.mjs", EXAMPLE)), BUILT]);
  }

  static async remove(): Promise<void> {
    await rm(BUILT, { recursive: true });
  }

  static async start(state: string, env: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
    const child = spawn(process.execPath, [join(BUILT, "main.js")], {
      env: {
        ...process.env,
        STATE_DIR: state,
        PORT: "0",
        TRAIN_ROWS: "300",
        TRAIN_NICE: "0",
        MLFLOW_TRACKING_URI: "",
        ...env,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const log: string[] = [];
    return new Promise((resolve, reject) => {
      child.once("exit", () => reject(new Error("the service did not start")));
      createInterface(child.stdout!).on("line", (line) => {
        log.push(line);
        const { msg, url } = JSON.parse(line);
        if (msg === "listening") resolve(new RunningServer(url, child, log));
      });
    });
  }

  get pid(): number {
    return this.#process.pid!;
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  get = (path: string, headers: Record<string, string> = {}) => fetch(this.url + path, { headers, redirect: "manual" });

  post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(this.url + path, { method: "POST", headers: { ...JSON_BODY, ...headers }, body: JSON.stringify(body) });

  predictDigit = (file: Uint8Array, field = "image") => {
    const form = new FormData();
    form.set(field, new Blob([Uint8Array.from(file)]), "../../digit.png");
    return fetch(`${this.url}/predict_digit`, { method: "POST", body: form });
  };

  /** Resolves with the exit code, or null after a kill. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#process.kill(signal);
    const [code] = await once(this.#process, "exit");
    return code;
  }
}
