// Searches through BullMQ: a Redis server and worker processes of this side's own, kept from search to search.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GridSearchCV } from "trellis-learn";
import { bullmqPool } from "trellis-learn/bullmq";
import { timesOf } from "./answer.mjs";
import { matrixOf } from "./trellis.mjs";

const WORKER = `
  import { runBullmqWorker } from "trellis-learn/bullmq";
  await runBullmqWorker({ connection: { path: process.argv[1] } });`;

/** A pool of so many worker processes of one thread each, with a Redis server of its own; all end with this process. */
async function startPool(workers) {
  const folder = mkdtempSync(join(tmpdir(), "trellis-bullmq-"));
  const path = join(folder, "redis.sock");
  const start = (program, args) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
    process.on("exit", () => child.kill("SIGKILL"));
    return new Promise((_, reject) => child.on("error", reject));
  };
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const keepsNothing = ["--port", "0", "--dir", folder, "--save", "", "--appendonly", "no"];
  const failed = start("redis-server", [...keepsNothing, "--unixsocket", path]);
  const listening = (async () => {
    while (!existsSync(path)) await sleep(10);
  })();
  await Promise.race([listening, failed]);
  for (let i = 0; i < workers; i++)
    start(process.execPath, ["--input-type=module", "--eval", WORKER, path]).catch(() => {});
  return bullmqPool({ connection: { path }, workers });
}

/**
 * For `answerAsTrellis`: `bullmqGrid` is its `grid` through so many worker processes.
 *
 * @param {{ tables: Map<string, object>, models: Map<string, object>, estimatorOf(command: object): Promise<object> }} shared
 */
export function bullmqOperations({ tables, models, estimatorOf }) {
  const pools = new Map();
  return {
    async bullmqGrid({ data, model = "model", grid, folds, workers, ...rest }) {
      if (!pools.has(workers)) pools.set(workers, await startPool(workers));
      const table = tables.get(data);
      const search = new GridSearchCV({ estimator: await estimatorOf(rest), paramGrid: grid, cv: folds });
      const [seconds] = await timesOf(1, () => search.fit(matrixOf(table), table.y, { pool: pools.get(workers) }));
      models.set(model, search);
      const best = Object.keys(grid).map((name) => search.bestParams[name]);
      return { seconds, best_score: search.bestScore, best };
    },
  };
}
