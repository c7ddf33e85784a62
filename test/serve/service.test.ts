import { connect } from "node:net";
import { DecisionTreeClassifier, GradientBoostingRegressor, Matrix, RandomForestClassifier } from "trellis-learn";
import { loadIris } from "trellis-learn/datasets";
import { RequestError, refuseCrossSite, sendError } from "trellis-learn/serve";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, tensor } from "./client.js";
import { MemoryStore, type Running, running } from "./running-service.js";

const ROW = [5.1, 3.5, 1.4, 0.2];
const TOKEN = "a-token-of-this-test";
const store = new MemoryStore();
const forest = new RandomForestClassifier({ nEstimators: 5, randomState: 1 });
let X: Matrix;
let here: Running;
let url: string;

beforeAll(async () => {
  const iris = loadIris();
  X = iris.X;
  const species = Array.from(iris.y, (code) => iris.targetNames[code]!);
  await forest.fit(X, iris.y);
  await store.publish("iris", await new DecisionTreeClassifier().fit(X, iris.y));
  await store.publish("iris", forest, { accuracy: 0.95 });
  await store.publish("species", await new DecisionTreeClassifier().fit(X, species));
  await store.publish(
    "length",
    await new GradientBoostingRegressor({ nEstimators: 3 }).fit(X, Float64Array.from(iris.y)),
  );
  const pixels = new Matrix(Uint8Array.of(0, 255, 255, 0), 2, 2, { scale: 1 / 255 });
  await store.publish("pixels", await new DecisionTreeClassifier().fit(pixels, [0, 1]), { scale: 1 / 255 });
  here = await running(
    { models: store, authToken: TOKEN, expected: ["later"], limits: { bodyBytes: 200_000, rows: 100 } },
    (service) => {
      service.app.get("/changes", refuseCrossSite, (_req, res) => void res.json({ changed: true }));
      service.app.get("/secret", service.requireToken, (_req, res) => void res.json({ secret: true }));
      service.app.get("/fails", () => {
        throw new Error("the password is hunter2");
      });
      service.app.get("/refuses", (req, res) =>
        sendError(req, res, new RequestError(409, "BUSY", "busy", { retryAfter: 7 })),
      );
      service.app.post("/echo", service.jsonBody({ numbers: ["data"] }), (req, res) => void res.json(req.body));
      service.describe({ "/echo": { post: { summary: "Echoes <b>" } } });
    },
  );
  url = here.url;
});
afterAll(() => here?.service.close());

const infer = (model: string, body: unknown, headers?: Record<string, string>) =>
  call(`${url}/v2/models/${model}/infer`, body, headers);

describe("The Open Inference Protocol", () => {
  it("tells what the service and its models are.", async () => {
    expect((await call(`${url}/v2`)).body).toEqual({
      name: "trellis-learn",
      version: "1",
      extensions: ["model_repository"],
    });
    expect((await call(`${url}/v2/models/iris`)).body).toEqual({
      name: "iris",
      versions: ["2"],
      platform: "trellis-learn",
      inputs: [{ name: "input", datatype: "FP64", shape: [-1, 4] }],
      outputs: [
        { name: "label", datatype: "INT64", shape: [-1] },
        { name: "probability", datatype: "FP64", shape: [-1, 3] },
      ],
    });
    expect((await call(`${url}/v2/models/species`)).body.outputs[0]).toMatchObject({ datatype: "BYTES" });
    expect((await call(`${url}/v2/models/length`)).body.outputs).toEqual([
      { name: "prediction", datatype: "FP64", shape: [-1] },
    ]);
    expect((await call(`${url}/v2/models/pixels`)).body.inputs[0]).toMatchObject({ datatype: "UINT8" });
    expect((await call(`${url}/v2/models/iris/ready`)).body).toEqual({ name: "iris", ready: true });
  });

  it("answers what the model answers, and echoes the id.", async () => {
    const rows = X.toArrays().slice(40, 60);
    const { status, body, headers } = await infer("iris", { id: "42", ...tensor(rows) });
    expect(status).toBe(200);
    expect(headers.get("x-model-version")).toBe("2");
    expect(body).toEqual({
      model_name: "iris",
      model_version: "2",
      id: "42",
      outputs: [
        { name: "label", datatype: "INT64", shape: [20], data: await forest.predict(rows) },
        { name: "probability", datatype: "FP64", shape: [20, 3], data: [...(await forest.predictProba(rows)).data] },
      ],
    });
  });

  it("takes flat data, every datatype, and the outputs that are asked for.", async () => {
    for (const datatype of ["UINT8", "INT32", "INT64", "FP32", "FP64"]) {
      const input = { name: "input", shape: [2, 4], datatype, data: [5, 3, 1, 0, 6, 3, 5, 2] };
      const { body } = await infer("species", { inputs: [input], outputs: [{ name: "label" }] });
      expect(body.outputs).toEqual([{ name: "label", datatype: "BYTES", shape: [2], data: ["setosa", "virginica"] }]);
    }
    expect((await infer("length", tensor([ROW]))).body.outputs[0].data[0]).toBeLessThan(0.9);
    expect((await infer("pixels", tensor([[0, 255]]))).body.outputs[0].data).toEqual([0]);
  });

  it.each([
    ["a name that it does not have", "nothing", tensor([ROW]), 404, "MODEL_NOT_FOUND"],
    ["a name that no model has", "__proto__", tensor([ROW]), 404, "MODEL_NOT_FOUND"],
    ["a version that is not loaded", "iris/versions/7", tensor([ROW]), 404, "MODEL_NOT_FOUND"],
    ["a version that is no number", "iris/versions/1e0", tensor([ROW]), 404, "MODEL_NOT_FOUND"],
    ["a model that is not there yet", "later", tensor([ROW]), 503, "MODEL_NOT_READY"],
    ["another number of features", "iris", tensor([[1, 2, 3]]), 400, "BAD_SHAPE"],
    ["a shape that does not fit its data", "iris", tensor([ROW], { shape: [2, 4] }), 400, "BAD_SHAPE"],
    ["a shape that is open", "iris", tensor([ROW], { shape: [-1, 4] }), 400, "INVALID_BODY"],
    ["no rows", "iris", tensor([ROW], { shape: [0, 4], data: [] }), 400, "EMPTY"],
    ["another input", "iris", tensor([ROW], { name: "Input" }), 400, "UNKNOWN_INPUT"],
    ["another output", "iris", { ...tensor([ROW]), outputs: [{ name: "labels" }] }, 400, "UNKNOWN_OUTPUT"],
    ["an unknown datatype", "iris", tensor([ROW], { datatype: "fp64" }), 400, "INVALID_BODY"],
    ["a fraction among integers", "iris", tensor([ROW], { datatype: "INT32" }), 400, "OUT_OF_RANGE"],
    ["more than FP32 holds", "iris", tensor([[1, 2, 3, 1e39]], { datatype: "FP32" }), 400, "OUT_OF_RANGE"],
    ["a pixel of 256", "pixels", tensor([[0, 256]]), 400, "OUT_OF_RANGE"],
    ["a string", "iris", tensor([ROW], { data: ["5", 3, 1, 0] }), 400, "NOT_A_NUMBER"],
    ["data that is none", "iris", tensor([ROW], { data: { values: [1] } }), 400, "INVALID_BODY"],
    ["an unknown key", "iris", { ...tensor([ROW]), extra: 1 }, 400, "UNKNOWN_KEY"],
    [
      "two inputs",
      "iris",
      { inputs: [1, 2].flatMap(() => (tensor([ROW]) as { inputs: object[] }).inputs) },
      400,
      "INVALID_BODY",
    ],
    ["101 rows", "iris", tensor(Array.from({ length: 101 }, () => ROW)), 413, "TOO_MANY_ROWS"],
  ])("refuses %s.", async (_, model, body, status, code) => {
    const answered = await infer(model, body);
    expect(answered).toMatchObject({
      status,
      body: { code, error: expect.any(String), request_id: expect.any(String) },
    });
    expect(answered.body.detail).toBe(answered.body.error);
    if (status === 503) expect(answered.headers.get("retry-after")).toBe("5");
  });

  it("lists and loads versions, for those who have the token.", async () => {
    const load = `${url}/v2/repository/models/iris/load`;
    for (const token of [undefined, "Bearer wrong", "Bearer", `Basic ${TOKEN}`]) {
      const refused = await call(load, "", token === undefined ? {} : { authorization: token });
      expect(refused).toMatchObject({ status: 401, body: { code: "UNAUTHORIZED" } });
      expect(refused.headers.get("www-authenticate")).toMatch(/^Bearer/);
    }
    await store.makeCurrent("iris", 1);
    const authorization = { authorization: `Bearer ${TOKEN}` };
    expect((await call(load, "", authorization)).body).toEqual({ name: "iris", version: "1" });
    expect((await infer("iris", tensor([ROW]))).body.model_version).toBe("1");
    expect((await call(`${url}/v2/models/iris/versions/2/infer`, tensor([ROW]))).body.model_version).toBe("2");
    expect((await call(`${url}/v2/repository/index`, "")).body).toContainEqual({
      name: "iris",
      version: "2",
      state: "READY",
      reason: "",
    });
    expect(await call(`${url}/v2/repository/models/no/load`, "", authorization)).toMatchObject({ status: 404 });
    await store.makeCurrent("iris", 2);
    expect((await call(load, "", authorization)).body).toEqual({ name: "iris", version: "2" });
  });
});

describe("A service", () => {
  it("answers MLflow's /invocations in all its forms.", async () => {
    const ask = (body: unknown, query = "?model=species") => call(`${url}/invocations${query}`, body);
    for (const body of [
      { inputs: [ROW] },
      { instances: [ROW] },
      { dataframe_split: { columns: ["a", "b", "c", "d"], data: [ROW] } },
    ]) {
      expect((await ask(body)).body).toEqual({ predictions: ["setosa"] });
    }
    expect(await ask({ inputs: [[1]] })).toMatchObject({
      status: 400,
      body: { error_code: "BAD_REQUEST", code: "BAD_SHAPE" },
    });
    expect(await ask({ inputs: [ROW] }, "")).toMatchObject({ status: 400, body: { code: "WHICH_MODEL" } });
  });

  it("gives its models away, each version for ever the same.", async () => {
    const listed = (await call(`${url}/models`)).body.find(({ name }: { name: string }) => name === "iris");
    expect(listed).toMatchObject({
      version: 2,
      className: "RandomForestClassifier",
      features: 4,
      classes: [0, 1, 2],
      facts: { accuracy: 0.95 },
    });
    const file = await fetch(url + listed.url);
    expect(file.headers.get("cache-control")).toContain("immutable");
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(await store.read("iris", 2));
    const again = await fetch(url + listed.url, { headers: { "if-none-match": file.headers.get("etag")! } });
    expect(again.status).toBe(304);
  });

  it("lives, and is not ready while a model is missing that is expected.", async () => {
    for (const path of ["/livez", "/v2/health/live"]) expect((await call(url + path)).body).toEqual({ live: true });
    for (const path of ["/readyz", "/ping", "/v2/health/ready"]) expect((await call(url + path)).status).toBe(503);
    await store.publish("later", forest);
    await here.service.models.load("later");
    for (const path of ["/readyz", "/ping", "/v2/health/ready"])
      expect((await call(url + path)).body).toEqual({ live: true, ready: true });
  });

  it("documents itself, in JSON and for people.", async () => {
    const { body } = await call(`${url}/openapi.json`);
    expect(body.openapi).toBe("3.1.0");
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(["/echo", "/v2/models/{model}/infer", "/invocations", "/metrics"]),
    );
    const inputs =
      body.paths["/v2/models/{model}/infer"].post.requestBody.content["application/json"].schema.properties.inputs;
    expect(inputs.items.properties.data).toMatchObject({ type: "array" });
    const page = await call(`${url}/docs`);
    expect(page.body).toContain("Echoes &lt;b&gt;");
    expect(page.body).not.toMatch(/<script|\sstyle=|\son\w+=/);
    expect((await call(`${url}/docs/style.css`)).headers.get("content-type")).toContain("text/css");
  });

  it("counts in series that no client can add to.", async () => {
    const scrape = async () => (await call(`${url}/metrics`)).body as string;
    await infer("iris", tensor([ROW]));
    await call(`${url}/first`);
    const seriesOf = (text: string) =>
      text
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => line.split(" ")[0]);
    await scrape();
    const before = await scrape();
    expect(before).toMatch(/model_infer_request_success_total\{model="iris",version="2"\} \d/);
    for (const name of [
      "inference_rows_total",
      "inference_queue_size",
      "nodejs_eventloop_lag_p99_seconds",
      "model_loaded_info",
    ]) {
      expect(before).toContain(`\n${name}`);
    }
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => call(`${url}/no/${i}`, undefined, { "x-request-id": `${i}` })),
    );
    await Promise.all(Array.from({ length: 20 }, (_, i) => infer(`m${i}`, tensor([ROW]))));
    const after = seriesOf(await scrape()).filter((line) => !seriesOf(before).includes(line));
    expect(after.filter((line) => !line!.includes('status="404"') && !line!.includes('model="other"'))).toEqual([]);
    expect(after.length).toBeLessThan(20);
  });
});

describe("Errors of a service", () => {
  it("tell of our defects nothing but their id.", async () => {
    const { status, body, headers } = await call(`${url}/fails`, undefined, { "x-request-id": "mine-1" });
    expect(status).toBe(500);
    expect(body).toEqual({ detail: "internal error", code: "INTERNAL", request_id: "mine-1" });
    expect(headers.get("x-request-id")).toBe("mine-1");
    expect((await call(`${url}/refuses`)).headers.get("retry-after")).toBe("7");
  });

  it("have ids of their own where the client's are not plain.", async () => {
    for (const id of ["x".repeat(65), "a b", "<script>"]) {
      const { headers } = await call(`${url}/v2`, undefined, { "x-request-id": id });
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it.each([
    ["/nothing", "GET", 404, "NOT_FOUND"],
    ["/v2/", "GET", 404, "NOT_FOUND"],
    ["//v2", "GET", 404, "NOT_FOUND"],
    ["/V2", "GET", 404, "NOT_FOUND"],
    ["/%76%32", "GET", 404, "NOT_FOUND"],
    ["/v2/models/%2e%2e%2f", "GET", 404, "MODEL_NOT_FOUND"],
    ["/v2/models/%zz", "GET", 400, "BAD_REQUEST"],
    ["/v2/models/iris/infer", "GET", 405, "METHOD_NOT_ALLOWED"],
    ["/echo", "DELETE", 405, "METHOD_NOT_ALLOWED"],
    ["/v2", "PUT", 405, "METHOD_NOT_ALLOWED"],
  ])("of %s by %s are JSON.", async (path, method, status, code) => {
    const response = await fetch(url + path, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code, request_id: expect.any(String) });
    if (status === 405) expect(response.headers.get("allow")).toBe(path === "/v2" ? "GET, HEAD" : "POST");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-powered-by")).toBeNull();
  });

  it.each([
    ["text", { "content-type": "text/plain" }, "{}", 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["UTF-16", { "content-type": "application/json; charset=utf-16" }, "{}", 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["gzip", { "content-encoding": "gzip" }, "{}", 415, "UNSUPPORTED_ENCODING"],
    ["what wants XML back", { accept: "application/xml" }, "{}", 406, "NOT_ACCEPTABLE"],
    ["too much", {}, `"${"x".repeat(200_000)}"`, 413, "TOO_LARGE"],
    ["a page of another site by Origin", { origin: "http://evil.example" }, "{}", 403, "CROSS_SITE"],
    ["a page of another site by Sec-Fetch-Site", { "sec-fetch-site": "cross-site" }, "{}", 403, "CROSS_SITE"],
    ["a sandboxed page", { origin: "null" }, "{}", 403, "CROSS_SITE"],
  ])("refuse %s.", async (_, headers, body, status, code) => {
    expect(await call(`${url}/echo`, body, headers as Record<string, string>)).toMatchObject({
      status,
      body: { code },
    });
  });

  it("keep pages of others and prefetches from what changes on GET.", async () => {
    const get = (headers: Record<string, string>) => call(`${url}/changes`, undefined, headers);
    expect((await get({})).status).toBe(200);
    expect((await get({ "sec-fetch-site": "same-origin" })).status).toBe(200);
    expect((await get({ "sec-fetch-site": "cross-site" })).body.code).toBe("CROSS_SITE");
    expect((await get({ "sec-purpose": "prefetch;prerender" })).body.code).toBe("PREFETCH");
    expect((await get({ purpose: "prefetch" })).body.code).toBe("PREFETCH");
    expect((await call(`${url}/secret`)).status).toBe(401);
    expect((await call(`${url}/secret`, undefined, { authorization: `Bearer ${TOKEN}` })).body).toEqual({
      secret: true,
    });
  });

  it("parse large bodies elsewhere, to the same end.", async () => {
    const data = Array.from({ length: 15_000 }, (_, i) => i);
    const { body } = await call(`${url}/echo`, { data: [data], more: "text" });
    expect(body).toMatchObject({ data: { shape: [1, 15_000] }, more: "text" });
    expect(await call(`${url}/echo`, { data: [[...data, "x"]] })).toMatchObject({
      status: 400,
      body: { code: "NOT_A_NUMBER", path: ["data", 0, 15_000] },
    });
  });
});

/** What comes back for bytes on a connection of their own. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(text));
    let heard = "";
    socket.on("data", (chunk) => (heard += chunk));
    socket.on("close", () => resolve(heard));
    socket.on("error", reject);
    socket.setTimeout(5_000, () => socket.destroy());
  });
}

describe("On the wire", () => {
  const close = "Connection: close\r\n";
  it.each([
    ["random bytes", "\u0016\u0003\u0001 nonsense\r\n\r\n", 400, "BAD_REQUEST"],
    ["no Host", `GET /v2 HTTP/1.1\r\n${close}\r\n`, 400, "NO_HOST"],
    ["the name of another host", `GET /v2 HTTP/1.1\r\nHost: evil.example:80\r\n${close}\r\n`, 421, "WRONG_HOST"],
    [
      "headers of 20 kB",
      `GET /v2 HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
      431,
      "HEADERS_TOO_LARGE",
    ],
    [
      "two lengths",
      `POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
      400,
      "BAD_REQUEST",
    ],
    [
      "an unknown expectation",
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: magic\r\nContent-Length: 2\r\n\r\n",
      417,
      "EXPECTATION_FAILED",
    ],
    [
      "the announcement of too much",
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 300000\r\n\r\n",
      413,
      "TOO_LARGE",
    ],
    [
      "too much in chunks",
      `POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${`20000\r\n${" ".repeat(131072)}\r\n`.repeat(2)}`,
      413,
      "TOO_LARGE",
    ],
  ])("%s is answered in JSON, and the connection closed.", async (_, text, status, code) => {
    const heard = await raw(text);
    expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(heard.slice(heard.indexOf("\r\n\r\n") + 4))).toMatchObject({
      code,
      request_id: expect.any(String),
    });
  });

  it("pipelined requests are answered in order.", async () => {
    const one = (id: string, more = "") => `GET /v2/models/${id} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
    const heard = await raw(one("iris") + one("nothing") + one("species", close));
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 404", "HTTP/1.1 200"]);
  });

  it("a page is told what it may load, and to be alone.", async () => {
    const { headers } = await call(`${url}/docs`);
    expect(headers.get("content-security-policy")).toMatch(
      /default-src 'none';script-src 'self' 'wasm-unsafe-eval';.*worker-src 'self'.*frame-ancestors 'none'/,
    );
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });
});
