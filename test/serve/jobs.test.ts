import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InvalidParameterError } from "../../src/index.js";
import { FileError } from "../../src/node.js";
import { type JobEvent, type JobStatus, type Jobs, type JobsOptions, openJobs, RequestError } from "../../src/serve.js";

type Step = readonly [step: string, value?: unknown];

let folder: string;
let opened: Jobs[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trellis-jobs-"));
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((jobs) => jobs.stop()));
  rmSync(folder, { recursive: true, force: true });
});

const script = new URL("job-script.mjs", import.meta.url);
/** Processes of ordinary priority, which do not wait for other tests to end. */
async function open(options: Partial<JobsOptions> = {}): Promise<Jobs> {
  const jobs = await openJobs({ script, folder, nice: 0, ...options });
  opened.push(jobs);
  return jobs;
}

const steps = (...list: Step[]) => ({ steps: list });
const release = (name: string) => writeFileSync(join(folder, name), "");
const starts = (id: string) =>
  readFileSync(join(folder, id, "starts"), "utf8")
    .trim()
    .split("\n")
    .map(Number);
const onDisk = (id: string): JobStatus => JSON.parse(readFileSync(join(folder, id, "status.json"), "utf8"));

async function run(jobs: Jobs, ...list: Step[]): Promise<JobStatus> {
  return jobs.ended((await jobs.start(steps(...list))).id);
}

async function eventsOf(jobs: Jobs, id: string, after = 0): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  for await (const event of jobs.events(id, { after })) events.push(event);
  return events;
}

/** Waits for the first event of a job. */
async function firstEvent(jobs: Jobs, id: string): Promise<JobEvent> {
  for await (const event of jobs.events(id)) return event;
  throw new Error("the job ended without an event");
}

async function errorOf(promise: Promise<unknown>): Promise<RequestError> {
  const error = await promise.then(
    () => null,
    (error) => error,
  );
  expect(error).toBeInstanceOf(RequestError);
  return error;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("A job", () => {
  it("is done in a process of its own, of the lowest priority on every thread, and leaves its result, on disk too", async () => {
    const jobs = await openJobs({ script, folder });
    opened.push(jobs);
    const status = await run(jobs, ["emit", ["told", { a: 1 }]], ["emit", ["told"]], ["priorities"]);
    expect(status).toMatchObject({ id: "1", state: "completed", resumed: 0, error: null });
    if (process.platform === "linux") {
      const priorities = status.result as number[];
      expect(priorities.length).toBeGreaterThan(1);
      expect(new Set(priorities)).toEqual(new Set([19]));
    }
    expect(Date.parse(status.endedAt!)).toBeGreaterThanOrEqual(Date.parse(status.startedAt));
    expect(onDisk("1")).toEqual(status);
    expect(jobs.running).toBeNull();
    expect(jobs.get("1")).toEqual(status);
    const told = [
      { id: 1, type: "told", data: { a: 1 } },
      { id: 2, type: "told", data: null },
    ];
    expect(await eventsOf(jobs, "1")).toEqual(told);
    expect(await eventsOf(jobs, "1", 1)).toEqual(told.slice(1));
    expect(readdirSync(join(folder, "1")).sort()).toEqual(["events.jsonl", "starts", "status.json"]);
    expect(isRunning(starts("1")[0]!)).toBe(false);
  });

  it("has the service's environment, but no debugger, and a niceness that can be chosen", async () => {
    process.env.JOB_TEST = "handed on";
    const jobs = await open({ nice: 5 });
    const { result } = await run(jobs, ["facts"]);
    expect(result).toMatchObject({ id: "1", folder: join(folder, "1"), starts: 1, flag: "handed on" });
    expect(JSON.stringify(result)).not.toContain("inspect");
    expect((await run(jobs, ["priorities"])).result).toContain(5);
    delete process.env.JOB_TEST;
  });

  it("is joined by whoever asks for the same, whatever the order of its keys, and nothing else runs beside it", async () => {
    const jobs = await open();
    const spec = { a: { x: 1, y: [2] }, steps: [["wait for file", "go"]] };
    const same = { steps: [["wait for file", "go"]], a: { y: [2], x: 1 } };
    const started = await Promise.all(Array.from({ length: 50 }, (_, i) => jobs.start(i % 2 === 0 ? spec : same)));
    expect(new Set(started.map(({ id }) => id))).toEqual(new Set(["1"]));
    expect(jobs.running).toMatchObject({ id: "1", state: "running", spec });
    expect(onDisk("1")).toMatchObject({ id: "1", state: "running", spec });
    const error = await errorOf(jobs.start({ ...spec, a: { x: 1, y: [3] } }));
    expect(error).toMatchObject({ status: 409, code: "JOB_RUNNING" });
    expect(error.message).toContain("job 1 is running");
    const waiting = Promise.all(started.map(({ id }) => jobs.ended(id)));
    release("go");
    for (const status of await waiting) expect(status.state).toBe("completed");
    expect(starts("1")).toHaveLength(1);
    expect((await jobs.start(spec)).id).toBe("2");
  });

  it("has failed, once, with the code that the error has, or WORK_FAILED", async () => {
    const jobs = await open();
    const coded = await run(jobs, ["throw", { message: "no candidate could be fitted", code: "ALL_FITS_FAILED" }]);
    expect(coded).toMatchObject({ state: "failed", result: null, resumed: 0 });
    expect(coded.error).toEqual({ code: "ALL_FITS_FAILED", message: "no candidate could be fitted" });
    const plain = await run(jobs, ["throw", { message: "x".repeat(1001) }]);
    expect(plain.error).toEqual({ code: "WORK_FAILED", message: "x".repeat(1000) });
    const odd = await run(jobs, ["throw", { message: "odd", code: "not a code" }]);
    expect(odd.error).toEqual({ code: "WORK_FAILED", message: "odd" });
    expect(jobs.list().map(({ id }) => id)).toEqual(["3", "2", "1"]);
  });

  it("has failed where its result is too large, and is told of events that are none", async () => {
    const jobs = await open();
    const large = await run(jobs, ["large result", 2 ** 22]);
    expect(large.error!.message).toContain("the result of a job may have 4194304 characters as JSON; got 4194306");
    const name = (type: string) => `the type of an event must be like "fold-scored"; got "${type}"`;
    const wrong = await run(jobs, [
      "emit wrong",
      [
        ["ended", 1],
        ["Not One", 1],
        ["error", 1],
        ["fine", 2 ** 20],
        ["fine", 1],
      ],
    ]);
    const size = "the data of event fine may have 1048576 characters as JSON; got 1048578";
    expect(wrong.result).toEqual([name("ended"), name("Not One"), name("error"), size, null]);
    expect(await eventsOf(jobs, "2")).toHaveLength(1);
  });

  it("does not mind what else its process sends", async () => {
    const jobs = await open();
    const nonsense = [
      null,
      7,
      "completed",
      {},
      [],
      { type: "event" },
      { type: "event", event: 1 },
      { type: "unknown" },
    ];
    expect(await run(jobs, ["send nonsense", nonsense], ["result", 1])).toMatchObject({
      state: "completed",
      result: 1,
    });
    expect(await eventsOf(jobs, "1")).toEqual([]);
  });

  it("counts as completed once the service has taken its result over", async () => {
    const taken: unknown[] = [];
    const jobs = await open({
      onCompleted: async ({ id, state, result }) => {
        taken.push([id, state, result, jobs.get(id)!.state]);
        if (result === "bad") throw Object.assign(new Error("the model cannot be loaded"), { code: "INVALID_MODEL" });
      },
    });
    expect(await run(jobs, ["result", "good"])).toMatchObject({ state: "completed", result: "good" });
    const error = { code: "INVALID_MODEL", message: "the model cannot be loaded" };
    expect(await run(jobs, ["result", "bad"])).toMatchObject({ state: "failed", result: null, error });
    expect(taken).toEqual([
      ["1", "running", "good", "running"],
      ["2", "running", "bad", "running"],
    ]);
  });

  it("is stopped where it takes too long", async () => {
    const jobs = await open({ maxSeconds: 0.3 });
    const status = await run(jobs, ["sleep", 60]);
    expect(status).toMatchObject({ state: "timed-out", result: null });
    expect(status.error).toEqual({ code: "TIMED_OUT", message: "the job took more than 0.3 s" });
  });

  it("is cancelled within two seconds, even one that does not listen", async () => {
    const jobs = await open();
    for (const [id, step] of [
      ["1", "sleep"],
      ["2", "ignore the signal"],
    ] as const) {
      await jobs.start(steps(["emit", ["on", null]], [step, 60]));
      await firstEvent(jobs, id);
      const begin = performance.now();
      expect(await jobs.cancel(id)).toBe(true);
      expect(performance.now() - begin).toBeLessThan(5000); // 1.6 s at most where nothing else runs.
      expect(jobs.get(id)).toMatchObject({ state: "cancelled", error: { code: "CANCELLED" } });
      expect(isRunning(starts(id)[0]!)).toBe(false);
      expect(readdirSync(join(folder, id)).filter((name) => name.includes("lock"))).toEqual([]);
      expect(await jobs.cancel(id)).toBe(false);
    }
  });

  it("is told of when it starts, goes on and ends", async () => {
    const told: string[] = [];
    const jobs = await open({ onChange: ({ id, state, resumed }) => void told.push(`${id} ${state} ${resumed}`) });
    await run(jobs, ["die at start", 1], ["result", 1]);
    await run(jobs, ["throw", { message: "no" }]);
    expect(told).toEqual(["1 running 0", "1 running 1", "1 completed 1", "2 running 0", "2 failed 0"]);
  });

  it("that nobody knows is not found", async () => {
    const jobs = await open();
    expect(jobs.get("../1")).toBeNull();
    expect(() => jobs.events("7")).toThrow(RequestError);
    expect(await errorOf(jobs.ended("7"))).toMatchObject({ status: 404, code: "JOB_NOT_FOUND" });
    expect(await errorOf(jobs.cancel("__proto__"))).toMatchObject({ status: 404, code: "JOB_NOT_FOUND" });
  });
});

describe("A job whose process dies", () => {
  it("goes on in another one, with the same folder and the next event", async () => {
    const jobs = await open();
    const status = await run(jobs, ["emit start"], ["die at start", 2], ["facts"]);
    expect(status).toMatchObject({ state: "completed", resumed: 2, result: { starts: 3, folder: join(folder, "1") } });
    expect(await eventsOf(jobs, "1")).toEqual([1, 2, 3].map((n) => ({ id: n, type: "started", data: { starts: n } })));
  });

  it("has failed after three deaths in a row without an event that is new", async () => {
    const jobs = await open();
    const status = await run(jobs, ["emit", ["training-started", { rows: 1 }]], ["die"]);
    expect(status).toMatchObject({ state: "failed", resumed: 3, error: { code: "PROCESS_DIED" } });
    expect(status.error!.message).toContain("ended 3 times without progress (signal SIGKILL)");
    expect(starts("1")).toHaveLength(4); // The first one had told something new.
  });
});

describe("After the service has ended,", () => {
  it("a job goes on by itself at the next start, with the next event, for those who had watched", async () => {
    const first = await open();
    await first.start(steps(["emit start"], ["wait for file", "go"], ["facts"]));
    await firstEvent(first, "1");
    const waiting = errorOf(first.ended("1"));
    const watching = eventsOf(first, "1");
    await first.stop();
    expect(await waiting).toMatchObject({ status: 503, code: "DRAINING", retryAfter: 5 });
    expect(await watching).toHaveLength(1);
    expect(onDisk("1")).toMatchObject({ state: "running", resumed: 0 });
    expect(isRunning(starts("1")[0]!)).toBe(false);
    expect(await errorOf(first.start(steps()))).toMatchObject({ status: 503, code: "DRAINING" });
    release("go");
    const second = await open();
    expect(second.running).toMatchObject({ id: "1", state: "running", resumed: 1 });
    expect(await second.ended("1")).toMatchObject({ state: "completed", resumed: 1, result: { starts: 2 } });
    expect(await eventsOf(second, "1", 1)).toEqual([{ id: 2, type: "started", data: { starts: 2 } }]);
    expect((await second.start(steps())).id).toBe("2");
  });

  it("a job has failed where it is not to go on", async () => {
    const first = await open();
    await first.start(steps(["sleep", 60]));
    await first.stop();
    const second = await open({ resume: "off" });
    expect(second.running).toBeNull();
    expect(second.get("1")).toMatchObject({ state: "failed", error: { code: "INTERRUPTED" } });
    expect(onDisk("1")).toEqual(second.get("1"));
  });

  it("torn events, folders without a status and statuses that are none do no harm", async () => {
    const first = await open();
    await first.start(steps(["emit start"], ["wait for file", "go"]));
    await firstEvent(first, "1");
    await first.stop();
    appendFileSync(join(folder, "1", "events.jsonl"), '{"id":2,"type":"to');
    for (const id of ["2", "3", "4", "05", "other"]) mkdirSync(join(folder, id));
    writeFileSync(join(folder, "3", "status.json"), '{"id":"3","state":"runn');
    writeFileSync(join(folder, "4", "status.json"), '{"id":"1","state":"running"}');
    release("go");
    const second = await open();
    await second.ended("1");
    expect(second.list().map(({ id }) => id)).toEqual(["1"]);
    const third = [1, 2].map((n) => ({ id: n, type: "started", data: { starts: n } }));
    expect(await eventsOf(second, "1")).toEqual(third);
    expect((await second.start(steps())).id).toBe("5");
  });

  it("the newest twenty jobs are kept", async () => {
    for (let id = 1; id <= 25; id++) {
      mkdirSync(join(folder, `${id}`));
      const status = { id: `${id}`, state: "completed", spec: {}, startedAt: "", endedAt: "", resumed: 0 };
      writeFileSync(join(folder, `${id}`, "status.json"), JSON.stringify(status));
    }
    const jobs = await open();
    await run(jobs);
    expect(jobs.list().map(({ id }) => Number(id))).toEqual(Array.from({ length: 20 }, (_, i) => 26 - i));
    expect(readdirSync(folder).filter((name) => name !== "jobs.lock")).toHaveLength(20);
  });
});

describe("The folder of jobs", () => {
  it("belongs to one service at a time", async () => {
    const first = await open();
    await expect(open()).rejects.toThrow(FileError);
    await expect(open()).rejects.toThrow(`in use by process ${process.pid}`);
    await first.stop();
    await open();
  });

  it("can be read where nothing can be written; then nothing is started", async () => {
    await run(await open(), ["emit start"], ["result", 1]);
    await opened[0]!.stop();
    const isRoot = process.getuid!() === 0; // Root may write anything.
    if (isRoot) process.umask(0);
    for (const path of [join(folder, "1", "status.json"), join(folder, "1", "events.jsonl")]) chmodSync(path, 0o644);
    chmodSync(join(folder, "1"), 0o555);
    chmodSync(folder, 0o555);
    if (isRoot) process.seteuid!(65_534);
    try {
      const jobs = await open();
      expect(jobs.get("1")).toMatchObject({ state: "completed", result: 1 });
      expect(await eventsOf(jobs, "1")).toHaveLength(1);
      expect(await errorOf(jobs.start(steps()))).toMatchObject({ status: 503, code: "STORAGE_READONLY" });
      await jobs.stop();
    } finally {
      if (isRoot) process.seteuid!(0);
      for (const path of [folder, join(folder, "1")]) chmodSync(path, 0o755);
    }
  });

  it("must not be a file", async () => {
    release("file");
    await expect(open({ folder: join(folder, "file") })).rejects.toThrow(FileError);
    expect(existsSync(join(folder, "file"))).toBe(true);
  });

  it("is opened with options that are in range", async () => {
    for (const options of [
      { nice: 20 },
      { nice: 1.5 },
      { maxSeconds: 0 },
      { maxSeconds: Number.NaN },
      { maxSeconds: 1e9 },
    ]) {
      await expect(open(options)).rejects.toThrow(InvalidParameterError);
    }
  });
});
