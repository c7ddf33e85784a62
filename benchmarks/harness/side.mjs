import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** An answer that takes longer than this is a hang. */
const LIMIT_MS = 30 * 60_000;
export const canPin = spawnSync("taskset", ["-c", "0", "true"]).status === 0;

/**
 * One side of a comparison: a process that answers one JSON line to each JSON line, as the README's protocol says.
 * Every side has a process of its own, so no side pays for another's memory, compilation or garbage.
 */
export class Side {
  #child;
  #answers;
  #complaints = "";

  /** @param {{ name: string, command: string[], cpus: number[], env?: Record<string, string> }} options */
  constructor({ name, command, cpus, env = {} }) {
    this.name = name;
    const [program, ...args] = canPin ? ["taskset", "-c", cpus.join(","), ...command] : command;
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
    this.#child.on("error", (error) => (this.#complaints += error.message));
    this.#child.stdin.on("error", () => {});
    this.#child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#complaints = (this.#complaints + text).slice(-2000);
    });
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /**
   * @param {{ op: string }} command
   * @returns {Promise<Record<string, any>>}
   */
  async ask(command) {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    const hang = setTimeout(() => this.#child.kill("SIGKILL"), LIMIT_MS);
    const { value: line, done } = await this.#answers.next();
    clearTimeout(hang);
    if (done) throw new Error(`${this.name} ended during "${command.op}": ${this.#lastComplaint()}`);
    const answer = JSON.parse(line);
    if (answer.error) throw new Error(`${this.name} failed in "${command.op}": ${answer.error}`);
    return answer;
  }

  /** Forgets the peak of resident memory so far (Linux only; elsewhere nothing happens). */
  forgetPeak() {
    const file = `/proc/${this.#child.pid}/clear_refs`;
    if (existsSync(file)) writeFileSync(file, "5");
  }

  /** @returns {number | null} peak resident memory in MB since the last forgetPeak; null where the system hides it */
  peakMb() {
    const file = `/proc/${this.#child.pid}/status`;
    const found = existsSync(file) && /VmHWM:\s+(\d+) kB/.exec(readFileSync(file, "utf8"));
    return found ? Math.round(Number(found[1]) / 1024) : null;
  }

  /** Ends the process; resolves when it is gone, so that it cannot disturb the next row. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.stdin.end();
    const stubborn = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await gone;
    clearTimeout(stubborn);
  }

  #lastComplaint() {
    const lines = this.#complaints.trim().split("\n");
    return lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? "no message";
  }
}
