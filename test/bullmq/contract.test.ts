import { afterAll, beforeAll, describe } from "vitest";
import { bullmqPool } from "../../src/bullmq.js";
import { describePool } from "../parallel/pool-cases.js";
import { RedisServer, redisIsHere, unlessMissing } from "./redis-server.js";
import { WorkerProcess } from "./worker-process.js";

describe.skipIf(!redisIsHere)(`As all pools do${unlessMissing},`, () => {
  let server: RedisServer;
  let worker: WorkerProcess;
  beforeAll(async () => {
    server = await RedisServer.start();
    worker = new WorkerProcess({ connection: server.connection, concurrency: 2 });
  });
  afterAll(async () => {
    await worker.kill();
    await server.stop();
  });

  describePool("a pool of workers behind BullMQ", () => bullmqPool({ connection: server.connection, workers: 2 }), 100);
});
