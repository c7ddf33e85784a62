import { request } from "node:http";
import { DecisionTreeClassifier, SVC, toBytes } from "trellis-learn";
import { loadIris } from "trellis-learn/datasets";
import { beforeAll, describe, expect, it } from "vitest";
import { call, tensor } from "./client.js";
import { MemoryStore, running } from "./running-service.js";

const ROW = [5.1, 3.5, 1.4, 0.2];
let tree: DecisionTreeClassifier;
let svc: SVC;

beforeAll(async () => {
  const { X, y } = loadIris();
  tree = await new DecisionTreeClassifier().fit(X, y);
  svc = await new SVC({ probability: true, randomState: 1 }).fit(X, y);
});

const inferences = (url: string, model = "iris") => `${url}/v2/models/${model}/infer`;
const rows = (count: number) => tensor(Array.from({ length: count }, () => ROW));

describe("Models that are swapped", () => {
  it("while 50 clients ask, 20 times, of which 5 are damaged: no request fails, and none sees a version go back.", async () => {
    const store = new MemoryStore();
    await store.publish("iris", tree);
    const { service, url } = await running({ models: store });
    const damaged = (await toBytes(svc)).slice();
    damaged[damaged.length >> 1]! ^= 1;
    let swapping = true;
    const failed: unknown[] = [];
    const seen = new Set<number>();
    const client = async () => {
      let newest = 0;
      while (swapping) {
        const { status, body } = await call(inferences(url), tensor([ROW]));
        const version = Number(body.model_version);
        if (status !== 200 || version < newest) failed.push(body);
        newest = version;
        seen.add(version);
      }
    };
    const clients = Array.from({ length: 50 }, client);
    for (let i = 0; i < 20; i++) {
      if (i % 4 === 1) {
        const { version } = await store.publish("iris", damaged);
        await expect(service.models.load("iris")).rejects.toMatchObject({ code: "INVALID_MODEL" });
        await expect(service.models.predict("iris", await matrixOf(), { version })).rejects.toMatchObject({
          status: 404,
        });
      } else {
        await store.publish("iris", i % 2 ? tree : svc);
        await service.models.load("iris");
      }
    }
    swapping = false;
    await Promise.all(clients);
    expect(failed).toEqual([]);
    expect(seen.size).toBeGreaterThan(2);
    expect(service.models.versions("iris").map(({ version }) => version)).toEqual([21, 20]);
    expect((await call(`${url}/v2/models/iris/versions/20/infer`, tensor([ROW]))).status).toBe(200);
    await service.close();
  });

  it("start from the newest version that is whole.", async () => {
    const store = new MemoryStore();
    await store.publish("iris", tree);
    await store.publish("iris", new Uint8Array(100));
    await store.publish("broken", new Uint8Array(100));
    await store.publish("unfitted", new SVC());
    const { service } = await running({ models: store });
    expect(service.models.list()).toMatchObject([{ name: "iris", version: 1 }]);
    await service.close();
  });

  it("that are given as estimators must be fitted.", async () => {
    await expect(running({ models: { svc: new SVC() } })).rejects.toThrow("SVC is not fitted");
    await expect(running({ models: { "no name": tree } })).rejects.toMatchObject({ code: "INVALID_PARAMETER" });
  });
});

describe("A service under load", () => {
  it("refuses at once what it has no room for, and answers the rest.", async () => {
    const { service, url } = await running({ models: { svc }, limits: { queuedRequests: 4, queuedRows: 9_000 } });
    // Long enough that all of the burst comes while it is being answered.
    const long = Array.from({ length: 4 }, () => call(inferences(url, "svc"), rows(2000)));
    await waitFor(url, "inference_queue_size 4");
    const refused = await call(inferences(url, "svc"), tensor([ROW]));
    expect(refused).toMatchObject({ status: 503, body: { code: "QUEUE_FULL" } });
    expect(refused.headers.get("retry-after")).toBe("1");
    for (const { status } of await Promise.all(long)) expect(status).toBe(200);
    expect((await call(inferences(url, "svc"), tensor([ROW]))).status).toBe(200);
    expect((await call(`${url}/metrics`)).body).toContain('requests_rejected_total{reason="QUEUE_FULL"} 1');
    await service.close();
  });

  it("answers 503 to what cannot be answered in time, and drops what its client left.", async () => {
    const { service, url } = await running({ models: { svc }, limits: { predictSeconds: 0.001 } });
    expect(await call(inferences(url, "svc"), rows(2000))).toMatchObject({ status: 503, body: { code: "DEADLINE" } });
    const gone = request(inferences(url, "svc"), { method: "POST", headers: { "content-type": "application/json" } });
    gone.on("error", () => {});
    gone.end(JSON.stringify(rows(2000)), () => gone.destroy());
    await waitFor(url, "inference_queue_size 0");
    await service.close();
  });

  it("answers what is in flight when it ends, and is not ready any more.", async () => {
    const { service, url } = await running({ models: { svc } });
    const drained: string[] = [];
    service.onDrain(async () => void drained.push("drained"));
    const inFlight = Array.from({ length: 4 }, () => call(inferences(url, "svc"), rows(1000)));
    await waitFor(url, "inference_queue_size 4");
    const closing = service.close();
    expect(service.isReady).toBe(false);
    expect((await Promise.all(inFlight)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await closing;
    expect(drained).toEqual(["drained"]);
    await expect(call(`${url}/livez`)).rejects.toThrow();
  });
});

async function waitFor(url: string, line: string): Promise<void> {
  while (!(await call(`${url}/metrics`)).body.includes(`${line}\n`))
    await new Promise((resume) => setTimeout(resume, 5));
}

async function matrixOf() {
  return (loadIris()).X;
}
