import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { canPin } from "./side.mjs";

const START_LIMIT_S = 60;
const STOP_LIMIT_MS = 30_000;

/** A port that is free now. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** A server that a side has told how to start. */
export class RunningService {
  #child;
  #complaints = "";

  /** @param {{ command: string[], env: Record<string, string>, cpus: number[], url: string }} options */
  constructor({ command, env, cpus, url }) {
    this.url = url;
    const [program, ...args] = canPin ? ["taskset", "-c", cpus.join(","), ...command] : command;
    this.#child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
    this.#child.on("error", (error) => (this.#complaints += error.message));
    this.#child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#complaints = (this.#complaints + text).slice(-2000);
    });
  }

  /** @param {string} path what answers 200 from then on @returns {Promise<number>} the seconds from the start of its process */
  async ready(path, start = performance.now()) {
    for (;;) {
      const seconds = (performance.now() - start) / 1000;
      if (await isGood(this.url + path)) return seconds;
      if (this.#hasEnded) throw new Error(`the service ended before it was ready: ${this.#complaints.trim()}`);
      if (seconds > START_LIMIT_S) throw new Error(`the service was not ready within ${START_LIMIT_S} s`);
      await sleep(5);
    }
  }

  /** Resident memory of its process and of all that it has started, in MB (Linux only). */
  memoryMb() {
    return residentMb(this.#child.pid);
  }

  async stop() {
    if (this.#hasEnded) return;
    const gone = once(this.#child, "exit");
    this.#child.kill();
    const stubborn = setTimeout(() => this.#child.kill("SIGKILL"), STOP_LIMIT_MS);
    await gone;
    clearTimeout(stubborn);
  }

  get #hasEnded() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined;
  }
}

async function isGood(url) {
  try {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

function residentMb(pid) {
  const of = (file) => readFileSync(`/proc/${pid}/${file}`, "utf8");
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(of("status"));
  const children = of(`task/${pid}/children`).trim().split(" ").filter(Boolean);
  return children.reduce((sum, child) => sum + residentMb(child), Number(kilobytes) / 1024);
}
