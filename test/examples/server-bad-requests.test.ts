import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Matrix, RandomForestClassifier } from "trellis-learn";
import { loadDigits } from "trellis-learn/datasets";
import { modelStore } from "trellis-learn/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BAD_REQUESTS, type BadRequest, GOOD_REQUESTS } from "./bad-requests.js";
import { ask, exchange, postJson } from "./http-client.js";
import { RunningServer } from "./running-server.js";

/** A state with a forest for both kinds of pictures: what they say does not matter here. */
async function trainSmall(state: string): Promise<void> {
  const { X, y } = loadDigits();
  const wide = new Matrix(new Uint8Array(X.rows * 784), X.rows, 784, { scale: 1 / 255 });
  const [digits, mnist] = await Promise.all(
    [X, wide].map((rows) => new RandomForestClassifier({ nEstimators: 5, maxDepth: 3, randomState: 0 }).fit(rows, y)),
  );
  await mkdir(state, { recursive: true });
  const store = modelStore(join(state, "models"));
  await store.publish("digits", digits!);
  await store.publish("rf", mnist!, { scale: 1 / 255 });
  const entry = {
    name: "rf",
    best_params: {},
    accuracy: 0,
    test_accuracy: 0,
    test_loss: 0,
    roc_auc_score: 0,
    recall: 0,
  };
  await writeFile(join(state, "best_parameters.json"), JSON.stringify({ best_model: entry, rf: entry }));
}

describe("The server, asked what is wrong,", () => {
  let server: RunningServer;
  let state: string;
  const good = { data: [Array<number>(784).fill(0)] };
  let usual: string;
  let before: { fds: number; rss: number };

  /** File descriptors and resident bytes of the server's process (Linux). */
  const held = () => ({
    fds: readdirSync(`/proc/${server.pid}/fd`).length,
    rss: Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))![1]) * 1024,
  });

  beforeAll(async () => {
    state = await mkdtemp(join(tmpdir(), "trellis-bad-requests-"));
    await Promise.all([RunningServer.build(), trainSmall(state)]);
    server = await RunningServer.start(state);
    usual = (await postJson(server.url, "/predict", good)).text;
    before = held();
  });
  afterAll(async () => {
    await server.end("SIGKILL");
    await rm(state, { recursive: true });
    await RunningServer.remove();
  });

  /** What holds after every request, whatever it was. */
  async function isWell(): Promise<void> {
    const started = performance.now();
    expect((await ask(server.url, { path: "/v2/health/live" })).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(1000); // Two other test files compute at the same time.
    const answer = await postJson(server.url, "/predict", good);
    expect([answer.status, answer.text]).toEqual([200, usual]);
  }

  async function check({ asked, status, code, says }: BadRequest): Promise<void> {
    const started = performance.now();
    const answer = await ask(server.url, asked);
    const seconds = (performance.now() - started) / 1000;
    expect(status, answer.text).toContain(answer.status);
    if (answer.status === 200) return;
    expect(answer.headers["content-type"]).toMatch(/^application\/json/);
    const body = JSON.parse(answer.text);
    expect(body).toMatchObject({
      detail: expect.any(String),
      code: expect.any(String),
      request_id: expect.any(String),
    });
    if (code !== undefined) expect(body.code).toBe(code);
    if (says !== undefined) expect(body.detail).toMatch(says);
    expect(body.detail).not.toMatch(/node_modules|\.[jt]s:\d|\/home\/|\/root\/|\/tmp\//);
    expect(body.detail.length).toBeLessThan(600);
    expect(seconds).toBeLessThan(2);
  }

  for (const [part, requests] of Object.entries(BAD_REQUESTS)) {
    describe(`answers for ${part}:`, () => {
      it.each(requests.map((request) => [request.title, request.status.join(" or "), request] as const))(
        "%s is %s.",
        async (_, _status, request) => {
          await check(request);
          await isWell();
        },
      );
    });
  }

  it.each(GOOD_REQUESTS.map(({ title, asked }) => [title, asked] as const))("takes %s.", async (_, asked) => {
    const { status, text } = await ask(server.url, asked);
    expect(status, text).toBe(200);
    await isWell();
  });

  const line = (path: string, more = "") => `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${more}`;
  const json = "Content-Type: application/json\r\n";
  it.each([
    ["no host", "GET /v2 HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400/],
    ["random bytes", Buffer.from(Array.from({ length: 200 }, (_, i) => (i * 37) % 256)), /^HTTP\/1\.1 400|^$/],
    ["a ClientHello of TLS", Buffer.from("16030100510100004d0303", "hex"), /^HTTP\/1\.1 400|^$/],
    ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", /^HTTP\/1\.1 (400|404|405|421|505)|^$/],
    [
      "a length and chunks",
      line("/predict", `${json}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
      /^HTTP\/1\.1 400/,
    ],
    ["a negative length", line("/predict", `${json}Content-Length: -1\r\n\r\n`), /^HTTP\/1\.1 400/],
    ["lines that end by LF alone", "GET /v2 HTTP/1.1\nHost: localhost\n\n", /^HTTP\/1\.1 (400|200)/],
    [
      "a body that is announced as too long",
      line("/predict", `${json}Expect: 100-continue\r\nContent-Length: 999999999\r\n\r\n`),
      /^HTTP\/1\.1 413/,
    ],
    [
      "a request id with line ends",
      `GET /v2 HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: a\rb\r\nConnection: close\r\n\r\n`,
      /^HTTP\/1\.1 (400|200)/,
    ],
    [
      "a header called __proto__",
      "GET /v2 HTTP/1.1\r\nHost: localhost\r\n__proto__: x\r\nConnection: close\r\n\r\n",
      /^HTTP\/1\.1 200/,
    ],
  ])("answers %s on a bare connection.", async (_, bytes, expected) => {
    expect(await exchange(server.url, bytes, 1500)).toMatch(expected);
    await isWell();
  });

  it("stops reading a body of chunks without an end at the limit.", async () => {
    const chunk = `${(2 ** 20).toString(16)}\r\n${"1".repeat(2 ** 20)}\r\n`;
    const bytes = line("/predict", `${json}Transfer-Encoding: chunked\r\n\r\n`) + chunk.repeat(12);
    expect(await exchange(server.url, bytes, 5000)).toMatch(/^HTTP\/1\.1 413|^$/);
    await isWell();
  });

  it("answers a hundred requests of one connection in their order.", async () => {
    const one = (i: number) => `GET /v2/models/rf HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: r${i}\r\n\r\n`;
    const last = "GET /v2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    const text = await exchange(server.url, Array.from({ length: 100 }, (_, i) => one(i)).join("") + last, 5000);
    const ids = [...text.matchAll(/x-request-id: (r\d+)/gi)].map(([, id]) => id);
    expect(ids).toEqual(Array.from({ length: 100 }, (_, i) => `r${i}`));
  });

  it("is the same process as before, with the memory and the file descriptors of before.", async () => {
    await isWell();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const after = held();
    expect(server.hasEnded).toBe(false);
    expect(after.fds).toBeLessThanOrEqual(before.fds + 5);
    expect(after.rss - before.rss).toBeLessThan(200 * 2 ** 20);
    const metrics = (await ask(server.url, { path: "/metrics" })).text;
    expect(metrics).not.toMatch(/status="5\d\d"/);
  });
});
