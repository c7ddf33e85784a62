// examples/server as a process of its own, for the scripts that use it as people do.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const SERVER = fileURLToPath(new URL("../examples/server/", import.meta.url));

/** Starts the service, or that of the digits alone, as `node build.mjs` has built it; resolves when it says where it is. */
export async function startService(environment, { port = 0, script = "main.js" } = {}) {
  const child = spawn(process.execPath, [join("dist", script)], {
    cwd: SERVER,
    env: { ...environment, PORT: String(port) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const line of createInterface({ input: child.stderr })) {
    const url = /http:\/\/[^/]+/.exec(line)?.[0];
    if (url === undefined) continue;
    const stop = async () => {
      child.kill("SIGTERM");
      await once(child, "exit");
    };
    return { url, stop };
  }
  throw new Error("the service has ended before it said where it is");
}
