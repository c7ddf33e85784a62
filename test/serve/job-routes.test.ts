import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import express, { type ErrorRequestHandler } from "express";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Jobs, jobRoutes, openJobs, RequestError, sendError } from "../../src/serve.js";

let folder: string;
let jobs: Jobs;
let server: Server;
let url: string;
const seen: string[] = [];

const answerError: ErrorRequestHandler = (error, req, res, _next) => {
  seen.push(error.message);
  sendError(req, res, error);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "trellis-jobs-"));
  jobs = await openJobs({ script: new URL("job-script.mjs", import.meta.url), folder, nice: 0 });
  const app = express().use(express.json());
  const specOf = ({ body }: express.Request) => {
    if (!Array.isArray(body.steps)) throw new RequestError(400, "BAD_SPEC", "steps must be a list");
    return body;
  };
  app.use(jobRoutes(jobs, { path: "/training", specOf, answer: ({ result }) => ({ result }) }));
  app.use(answerError);
  await new Promise<void>((resolve) => {
    server = app.listen(0, "127.0.0.1", () => resolve());
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/training`;
});
afterAll(async () => {
  await jobs.stop();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const post = (steps: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ steps }),
    ...(signal && { signal }),
  });
const respondAsync = { Prefer: 'wait=5, Respond-Async; foo="bar"' };
const release = (name: string) => writeFileSync(join(folder, name), "");
const idOf = (response: Response) => response.headers.get("Location")!.slice("/training/".length);
const answerOf = async (response: Response) => [response.status, (await response.json()).code];

/** The events of a stream that ends, as they were sent. */
async function streamOf(id: string, query = "", headers = {}): Promise<string[]> {
  const response = await fetch(`${url}/${id}/events${query}`, { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe("text/event-stream");
  return (await response.text()).split("\n\n").slice(0, -1);
}

it("A job is started and waited for; the answer is what the app makes of it", async () => {
  const response = await post([["result", { accuracy: 1 }]]);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ result: { accuracy: 1 } });
  const list = await (await fetch(url)).json();
  expect(list).toMatchObject([{ id: "1", state: "completed", result: { accuracy: 1 } }]);
  expect(await (await fetch(`${url}/1`)).json()).toEqual(list[0]);
});

it("A client that does not wait is told where to look; the same job is joined, another one is refused", async () => {
  const steps = [
    ["emit", ["on", null]],
    ["wait for file", "joined"],
  ];
  const first = await post(steps, respondAsync);
  expect(first.status).toBe(202);
  expect(first.headers.get("Preference-Applied")).toBe("respond-async");
  const id = idOf(first);
  expect(await first.json()).toMatchObject({ id, state: "running", spec: { steps } });
  expect(idOf(await post(steps, respondAsync))).toBe(id);
  const other = await post([["result", 1]]);
  expect(other.headers.get("Location")).toBe(`/training/${id}`);
  expect(await answerOf(other)).toEqual([409, "JOB_RUNNING"]);
  const waiting = post(steps);
  const gone = new AbortController();
  const leaving = post(steps, {}, gone.signal).catch((error) => error.name);
  await fetch(`${url}/${id}`);
  gone.abort();
  expect(await leaving).toBe("AbortError");
  expect(jobs.get(id)).toMatchObject({ state: "running" });
  release("joined");
  expect((await waiting).status).toBe(200);
});

it("Events are followed from the first to the end, or from where one was", async () => {
  const events = [
    ["emit", ["fold-scored", { fold: 0, text: "a\n\nb" }]],
    ["emit", ["fold-scored", { fold: 1 }]],
  ];
  const id = idOf(await post([...events, ["wait for file", "followed"]], respondAsync));
  const following = streamOf(id);
  const goingOn = streamOf(id, "?after=7", { "Last-Event-ID": "1" });
  release("followed");
  const status = JSON.stringify(await jobs.ended(id));
  const sent = [
    'id: 1\nevent: fold-scored\ndata: {"fold":0,"text":"a\\n\\nb"}',
    'id: 2\nevent: fold-scored\ndata: {"fold":1}',
    `event: ended\ndata: ${status}`,
  ];
  expect(await following).toEqual(sent);
  expect(await goingOn).toEqual(sent.slice(1));
  expect(await streamOf(id)).toEqual(sent);
  expect(await streamOf(id, "?after=1")).toEqual(sent.slice(1));
  for (const after of ["-1", "x", "1&after=2", "9".repeat(16)]) {
    expect(await answerOf(await fetch(`${url}/${id}/events?after=${after}`))).toEqual([400, "BAD_EVENT_ID"]);
  }
});

it("Sixty-four clients may follow at once, and make room when they leave", async () => {
  const id = idOf(await post([["wait for file", "crowd"]], respondAsync));
  const followers = await Promise.all(
    Array.from({ length: 64 }, async () => {
      const leave = new AbortController();
      await fetch(`${url}/${id}/events`, { signal: leave.signal });
      return leave;
    }),
  );
  const refused = await fetch(`${url}/${id}/events`);
  expect(refused.headers.get("Retry-After")).toBe("10");
  expect(await answerOf(refused)).toEqual([503, "TOO_MANY_STREAMS"]);
  followers.slice(0, 32).forEach((leave) => void leave.abort());
  await expect.poll(async () => (await fetch(`${url}/${id}/events`)).status).toBe(200);
  release("crowd");
  await jobs.ended(id);
});

it("Clients get a sign of life every 15 seconds, and one that does not read is cut off", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    const large = ["emit large", 2 ** 19];
    const id = idOf(await post([...Array.from({ length: 12 }, () => large), ["wait for file", "slow"]], respondAsync));
    const slow = await new Promise<IncomingMessage>((resolve) => get(`${url}/${id}/events`, resolve));
    const reading = streamOf(id);
    for await (const event of jobs.events(id)) if (event.id === 12) break;
    for (let i = 0; i < 4; i++) {
      await setTimeout(50);
      vi.advanceTimersByTime(15_000);
    }
    const cutOff = once(slow, "error");
    slow.resume();
    expect(String(await cutOff)).toContain("aborted");
    release("slow");
    const sent = await reading;
    expect(sent.filter((text) => text.startsWith("id:"))).toHaveLength(12);
    expect(sent.filter((text) => text === ":").length).toBeGreaterThan(0);
  } finally {
    vi.useRealTimers();
  }
});

it("A job is cancelled, once", async () => {
  const id = idOf(await post([["sleep", 60]], respondAsync));
  const waiting = post([["sleep", 60]]);
  const response = await fetch(`${url}/${id}`, { method: "DELETE" });
  expect(response.status).toBe(202);
  expect(await response.json()).toMatchObject({ id, state: "cancelled" });
  expect(await answerOf(await waiting)).toEqual([409, "CANCELLED"]);
  expect(await answerOf(await fetch(`${url}/${id}`, { method: "DELETE" }))).toEqual([409, "JOB_ENDED"]);
});

it("Unknown jobs are not found", async () => {
  for (const id of ["999", "0", "__proto__", "..%2f1", "%00"]) {
    for (const request of [
      fetch(`${url}/${id}`),
      fetch(`${url}/${id}/events`),
      fetch(`${url}/${id}`, { method: "DELETE" }),
    ]) {
      expect(await answerOf(await request), id).toEqual([404, "JOB_NOT_FOUND"]);
    }
  }
});

it("What the client can mend is told, and of all else only that there was an error", async () => {
  const code = "ALL_FITS_FAILED";
  const refused = await post([["throw", { message: "no candidate could be fitted", code }]]);
  expect(await refused.clone().json()).toMatchObject({ detail: "no candidate could be fitted", code });
  expect(refused.status).toBe(400);
  expect(await answerOf(await post("no list"))).toEqual([400, "BAD_SPEC"]);
  const failed = await post([["throw", { message: "secret", code: "FILE_FAILED" }]]);
  expect(failed.status).toBe(500);
  expect(await failed.json()).toMatchObject({ detail: "internal error", code: "INTERNAL" });
  expect(seen.at(-1)).toMatch(/^job \d+ failed: FILE_FAILED, secret$/);
});
