import { type ChildProcess, fork } from "node:child_process";
import { type JobFailure, type JobTask, readMessage } from "./job-messages.js";

/** How the process of a job ended; "gone" is one that said nothing, or that it was stopped. */
export type Outcome =
  | { readonly type: "completed"; readonly result: unknown }
  | { readonly type: "failed"; readonly failure: JobFailure }
  | { readonly type: "gone"; readonly how: string };

/** Seconds that a process has to end once it has said its last word, or was told to. */
export const GRACE = 1.5;

/** The process of a job, from its start to its end. */
export class JobProcess {
  /** Resolves when the process has ended. */
  readonly outcome: Promise<Outcome>;
  readonly #child: ChildProcess;
  #last: Outcome | null = null;
  #killing: NodeJS.Timeout | null = null;

  constructor(script: URL, task: JobTask, onEvent: (type: string, data: unknown) => void) {
    const child = fork(script, [], {
      serialization: "json",
      // Two processes cannot listen for a debugger at one port.
      execArgv: process.execArgv.filter((option) => !option.startsWith("--inspect")),
      // Standard output is the service's own; what the work prints goes to standard error.
      stdio: ["ignore", 2, 2, "ipc"],
    });
    this.#child = child;
    this.outcome = new Promise((resolve) => {
      const end = (how: string) => {
        clearTimeout(this.#killing ?? undefined);
        resolve(this.#last ?? { type: "gone", how });
      };
      // Others than that it could not be started are followed by its exit.
      child.on("error", (error) => child.pid === undefined && end(error.message));
      child.once("exit", (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    child.on("message", (value) => this.#hear(value, onEvent));
    child.send(task, () => {}); // One that is gone already tells by its exit.
  }

  /** Tells it to stop, and kills it after `grace` seconds. */
  end(grace: number): void {
    this.#child.kill("SIGTERM");
    this.#killAfter(grace);
  }

  #hear(value: unknown, onEvent: (type: string, data: unknown) => void): void {
    const message = readMessage(value);
    if (message === null || this.#last !== null) return;
    if (message.type === "event") {
      onEvent(message.event, message.data);
      return;
    }
    this.#last = message.type === "stopped" ? { type: "gone", how: "SIGTERM" } : message;
    this.#child.disconnect();
    this.#killAfter(GRACE);
  }

  #killAfter(seconds: number): void {
    clearTimeout(this.#killing ?? undefined);
    this.#killing = setTimeout(() => this.#child.kill("SIGKILL"), seconds * 1000);
  }
}
