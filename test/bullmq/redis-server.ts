import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep } from "../parallel/probe.js";

/** Tests of this folder need a Redis server of their own; CI installs Debian's package redis-server. */
export const redisIsHere = spawnSync("redis-server", ["--version"]).status === 0;

/** For the title of tests that are skipped without it. */
export const unlessMissing = redisIsHere ? "" : " (skipped: there is no redis-server on the PATH)";

/** A Redis server that keeps nothing and listens on a socket in a folder of its own. */
export class RedisServer {
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await mkdtemp(join(tmpdir(), "trellis-redis-")));
    await server.restart();
    return server;
  }

  /** ioredis's options. */
  get connection(): { readonly path: string } {
    return { path: join(this.#folder, "redis.sock") };
  }

  /** Starts it again, empty. */
  async restart(): Promise<void> {
    const options = ["--port", "0", "--unixsocket", this.connection.path, "--dir", this.#folder];
    const keepsNothing = ["--save", "", "--appendonly", "no"];
    this.#process = spawn("redis-server", [...options, ...keepsNothing], { stdio: "ignore" });
    while (!(await accepts(this.connection.path))) await sleep(10);
  }

  /** As a machine that loses its power does. */
  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    const ended = new Promise((resolve) => process?.once("exit", resolve));
    if (process?.kill("SIGKILL")) await ended;
    await rm(this.connection.path, { force: true });
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Whether somebody listens on the socket. */
function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve(true));
    socket.once("error", () => resolve(false)).once("connect", () => socket.destroy());
  });
}
