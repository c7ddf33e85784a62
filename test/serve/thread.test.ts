import type { Worker } from "node:worker_threads";
import { DecisionTreeClassifier } from "trellis-learn";
import { loadIris } from "trellis-learn/datasets";
import { expect, it } from "vitest";
import { call, tensor } from "./client.js";
import { MemoryStore, running } from "./running-service.js";

it("A models' thread that dies is started again with its models; its requests are answered 503, those behind them wait.", async () => {
  const threads: Worker[] = [];
  process.on("worker", (worker) => threads.push(worker));
  const { X, y } = loadIris();
  const tree = await new DecisionTreeClassifier().fit(X, y);
  const store = new MemoryStore();
  await store.publish("iris", tree);
  const { service, url } = await running({ models: store });
  await store.publish("iris", tree);
  await service.models.load("iris");
  const infer = (version: number) =>
    call(`${url}/v2/models/iris/versions/${version}/infer`, tensor([[5.1, 3.5, 1.4, 0.2]]));
  expect((await infer(1)).status).toBe(200);

  const thread = threads.at(-1)!;
  const caught = service.models.predict("iris", X);
  void thread.terminate();
  await expect(caught).rejects.toMatchObject({ status: 503, code: "MODELS_RESTARTING", retryAfter: 1 });
  await expect.poll(async () => (await call(`${url}/readyz`)).status).toBe(503);
  expect((await call(`${url}/livez`)).status).toBe(200);
  expect((await infer(1)).body).toMatchObject({ model_version: "1" });
  expect((await infer(2)).body).toMatchObject({ model_version: "2" });
  expect((await call(`${url}/readyz`)).status).toBe(200);
  expect(threads.at(-1)).not.toBe(thread);
  await service.close();
});
