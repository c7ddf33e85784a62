// A service of its own process, as users start it, from the built package.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, expect, it } from "vitest";
import { call, tensor } from "./client.js";

const program = `
import { DecisionTreeClassifier } from "trellis-learn";
import { loadIris } from "trellis-learn/datasets";
import { serve } from "trellis-learn/serve";

const { X, y } = loadIris();
const iris = await new DecisionTreeClassifier().fit(X, y);
await serve({ models: { iris }, port: 0 });
process.on("message", () => { throw new Error("nobody caught this"); });
`;

const children = new Set<ReturnType<typeof spawn>>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** The process, the URL where it listens, and its log. */
async function started() {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  children.add(child);
  const log: Record<string, unknown>[] = [];
  const url = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout! }).on("line", (line) => {
      log.push(JSON.parse(line));
      if (log.at(-1)!.msg === "listening") resolve(String(log.at(-1)!.url));
    });
  });
  return { child, url, log };
}

it("A service that is told to end answers what is in flight and exits with 0; it logs a line a request, without its body.", async () => {
  const { child, url, log } = await started();
  const traceparent = `00-${"1".repeat(32)}-${"2".repeat(16)}-01`;
  await call(`${url}/v2/models/iris/infer?token=secret`, tensor([[5.10203, 3.5, 1.4, 0.2]]), {
    traceparent,
    "x-request-id": "r1",
  });
  await call(`${url}/${"%0a%00<b>".repeat(40)}`, undefined, { traceparent: "nonsense" });
  const inFlight = call(
    `${url}/v2/models/iris/infer`,
    tensor(Array.from({ length: 2000 }, () => [5.10203, 3.5, 1.4, 0.2])),
  );
  while (!(await call(`${url}/metrics`)).body.includes("http_server_active_requests 2\n"));
  child.kill("SIGTERM");
  expect((await inFlight).status).toBe(200);
  expect(await once(child, "exit")).toEqual([0, null]);
  const requests = log.filter(({ msg }) => msg === "request");
  expect(requests[0]).toMatchObject({
    request_id: "r1",
    traceparent,
    method: "POST",
    path: "/v2/models/iris/infer",
    status: 200,
  });
  expect(requests[1]!.traceparent).toBeUndefined();
  expect(String(requests[1]!.path)).toHaveLength(256);
  expect(JSON.stringify(log)).not.toMatch(/5\.10203|secret/);
});

it("A fault that nobody caught is logged, and ends it with 1.", async () => {
  const { child, log } = await started();
  child.send("fail");
  expect(await once(child, "exit")).toEqual([1, null]);
  expect(log.find(({ msg }) => msg === "uncaughtException")).toMatchObject({
    level: 60,
    err: { message: "nobody caught this" },
  });
});
