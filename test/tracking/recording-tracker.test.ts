import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DecisionTreeClassifier, fromBytes, InvalidParameterError } from "../../src/index.js";
import {
  memoryTracker,
  type Outbox,
  RecordsRefusedError,
  type RunRecord,
  type RunStore,
  recordingTracker,
} from "../../src/tracking.js";

/** A store that notes what it is given, once whatever stands in its way is over. */
function storeOf(way: (records: readonly RunRecord[], signal?: AbortSignal) => Promise<unknown> = async () => {}) {
  const batches: RunRecord[][] = [];
  const store: RunStore = {
    name: "the store",
    deliver: async (records, signal) => {
      await way(records, signal);
      batches.push([...records]);
    },
  };
  return { store, batches, records: () => batches.flat() };
}

function outboxOf(): Outbox & { waiting: RunRecord[] } {
  return {
    waiting: [],
    async put(records) {
      this.waiting.push(...records);
    },
    async replay(store, signal) {
      if (this.waiting.length > 0) await store.deliver(this.waiting, signal);
      this.waiting.length = 0;
    },
  };
}

const steps = (records: readonly RunRecord[]) =>
  records.flatMap((record) => (record.type === "metrics" ? record.values.map(({ step }) => step) : []));
const never = () => new Promise<never>(() => {});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Flushes, and tells after how many seconds that ended. */
async function flushed(tracker: { flush(): Promise<object> }) {
  const started = Date.now();
  const delivery = tracker.flush();
  await vi.runAllTimersAsync();
  return { ...(await delivery), seconds: (Date.now() - started) / 1000 };
}

describe("A tracker over a store", () => {
  it("delivers in the background and in order, one batch at a time", async () => {
    let [underWay, most] = [0, 0];
    const { store, batches, records } = storeOf(async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 10));
      underWay--;
    });
    const run = recordingTracker(store).startRun("a");
    for (let step = 0; step < 2500; step++) run.metrics({ loss: 1 / step }, step);
    expect(batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(steps(records())).toEqual(Array.from({ length: 2500 }, (_, step) => step));
    expect(records()[0]).toMatchObject({ type: "run-started", name: "a", parent: null });
    expect(batches.map((batch) => batch.length)).toEqual([1000, 1000, 501]);
    expect(most).toBe(1);
  });

  it("says what became of it all", async () => {
    const { store } = storeOf();
    const tracker = recordingTracker(store);
    tracker.startRun("a").end();
    expect(await flushed(tracker)).toEqual({ delivered: 2, queued: 0, lost: 0, problem: null, seconds: 0 });
  });

  it("names what the store refused, and delivers the rest", async () => {
    const { store } = storeOf(async () => {
      throw new RecordsRefusedError("one is wrong", 1);
    });
    const tracker = recordingTracker(store, { outbox: outboxOf() });
    tracker.startRun("a").end();
    expect(await flushed(tracker)).toMatchObject({ delivered: 1, queued: 0, lost: 1, problem: "one is wrong" });
  });

  it("loses what a store fails to take where there is no outbox, and goes on", async () => {
    let isDown = true;
    const { store, records } = storeOf(async () => {
      if (isDown) throw new Error("ECONNREFUSED");
    });
    const tracker = recordingTracker(store);
    const run = tracker.startRun("a");
    expect(await flushed(tracker)).toMatchObject({ delivered: 0, lost: 1, problem: "ECONNREFUSED" });
    isDown = false;
    run.end();
    expect(await flushed(tracker)).toMatchObject({ delivered: 1, lost: 1 });
    expect(records().map(({ type }) => type)).toEqual(["run-ended"]);
  });

  it("puts by what a store fails to take, and all that follows, and delivers it in order when it is back", async () => {
    let isDown = true;
    const { store, records } = storeOf(async () => {
      if (isDown) throw new Error("ECONNREFUSED");
    });
    const outbox = outboxOf();
    const tracker = recordingTracker(store, { outbox });
    const run = tracker.startRun("a");
    run.metrics({ loss: 1 }, 0);
    const first = tracker.flush();
    await vi.advanceTimersByTimeAsync(100);
    expect(await first).toEqual({ delivered: 0, queued: 2, lost: 0, problem: "ECONNREFUSED" });
    isDown = false;
    // It is left alone for a while, and tried again though nothing more is logged.
    run.metrics({ loss: 1 }, 1);
    await vi.advanceTimersByTimeAsync(1000);
    expect([records().length, outbox.waiting.length]).toEqual([0, 3]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(outbox.waiting).toEqual([]);
    expect(steps(records())).toEqual([0, 1]);
    expect(await flushed(tracker)).toMatchObject({ delivered: 3, queued: 0, lost: 0 });
  });

  it("delivers what an earlier process has put by before its own records", async () => {
    const outbox = outboxOf();
    outbox.waiting.push({ type: "tags", run: "earlier", values: {} });
    const { store, records } = storeOf();
    const tracker = recordingTracker(store, { outbox });
    tracker.startRun("later", { key: "later" });
    await flushed(tracker);
    expect(records().map(({ run }) => run)).toEqual(["earlier", "later"]);
  });

  it.each([
    ["never answers and does not heed its signal", never],
    [
      "takes an hour and heeds its signal",
      (_: unknown, signal?: AbortSignal) =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(resolve, 3_600_000);
          signal!.addEventListener("abort", () => {
            clearTimeout(timer);
            reject(signal!.reason);
          });
        }),
    ],
  ])("flushes within its time where a store %s", async (_, way) => {
    const outbox = outboxOf();
    const tracker = recordingTracker(storeOf(way).store, { outbox, flushTimeout: 3 });
    tracker.startRun("a").end();
    const started = Date.now();
    const delivery = tracker.flush();
    await vi.advanceTimersByTimeAsync(3000);
    expect(await delivery).toMatchObject({ delivered: 0, queued: 2, lost: 0 });
    expect((Date.now() - started) / 1000).toBeLessThanOrEqual(3);
    expect(outbox.waiting.map(({ type }) => type)).toEqual(["run-started", "run-ended"]);
  });

  it("flushes within its time where there is no outbox or a hanging one, and says what is left", async () => {
    const hanging: Outbox = { put: never, replay: never };
    for (const outbox of [null, hanging]) {
      const tracker = recordingTracker(storeOf(never).store, { outbox });
      tracker.startRun("a");
      const delivery = tracker.flush();
      await vi.advanceTimersByTimeAsync(20_000);
      expect(await delivery).toMatchObject({ delivered: 0, queued: 1, lost: 0 });
    }
  });

  it("says that records are lost where the outbox is full", async () => {
    const failing = { put: () => Promise.reject(new Error("the disk is full")), replay: async () => {} };
    const store = storeOf(() => Promise.reject(new Error("ECONNREFUSED"))).store;
    const tracker = recordingTracker(store, { outbox: failing });
    tracker.startRun("a");
    const delivery = tracker.flush();
    await vi.advanceTimersByTimeAsync(100);
    expect(await delivery).toMatchObject({ lost: 1, queued: 0, problem: "the disk is full" });
  });

  it("holds no more in memory than it is told, and never loses where a run begins and ends", async () => {
    const { store, records } = storeOf();
    const tracker = recordingTracker(store, { maxQueuedBytes: 1000 });
    const run = tracker.startRun("a");
    for (let i = 0; i < 5; i++) run.artifact(`${i}`, new Uint8Array(300));
    run.end();
    expect(await flushed(tracker)).toMatchObject({ delivered: 4, lost: 3 });
    expect(records().map(({ type }) => type)).toEqual(["run-started", "artifact", "artifact", "run-ended"]);
    run.artifact("later", new Uint8Array(300));
    expect(await flushed(tracker)).toMatchObject({ delivered: 5 });
  });

  it("keeps bytes as they were when they were logged", async () => {
    const { store, records } = storeOf();
    const tracker = recordingTracker(store);
    const bytes = Uint8Array.of(1, 2, 3);
    tracker.startRun("a").artifact("b", bytes);
    bytes.fill(0);
    await flushed(tracker);
    expect(records()[1]).toMatchObject({ content: Uint8Array.of(1, 2, 3) });
  });
});

describe("A run", () => {
  it("has a key that nobody else has, or the one that it is given", () => {
    const tracker = memoryTracker();
    const keys = Array.from({ length: 100 }, () => tracker.startRun("a").key);
    expect(new Set(keys).size).toBe(100);
    expect(tracker.startRun("a", { key: "mine" }).key).toBe("mine");
  });

  it("turns values of parameters into text, and cuts what is too long", async () => {
    vi.useRealTimers();
    const tracker = memoryTracker();
    const run = tracker.startRun("a", { tags: { long: "t".repeat(9000) } });
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    run.params({ a: 1, b: null, c: [1, { d: true }], e: "text", f: Math.max, g: undefined, h: circle, i: -0.5e-9 });
    run.params({ long: `${"p".repeat(5999)}🌳` });
    await tracker.flush();
    const { params, tags } = tracker.runs[0]!;
    expect(params).toMatchObject({ a: "1", b: "null", c: '[1,{"d":true}]', e: "text", f: "max", g: "undefined" });
    expect(params).toMatchObject({ h: "[object Object]", i: "-5e-10", long: "p".repeat(5999) });
    expect(tags.long).toHaveLength(8000);
  });

  it("keeps a fitted estimator as a file that loads", async () => {
    vi.useRealTimers();
    const tracker = memoryTracker();
    const tree = await new DecisionTreeClassifier({ randomState: 0 }).fit([[0], [1]], ["a", "b"]);
    await tracker.startRun("a").model("tree", tree, { registeredName: "trees", alias: "champion" });
    await tracker.flush();
    const [model] = tracker.runs[0]!.models;
    expect(model).toMatchObject({ name: "tree", registeredName: "trees", alias: "champion" });
    expect(await (await fromBytes(model!.files["model.trellis"]!)).definition.name).toBe("DecisionTreeClassifier");
  });

  const run = memoryTracker().startRun("a");
  it.each([
    ["an empty key", () => run.params({ "": 1 }), "parameter "],
    ["a key with a character that MLflow refuses", () => run.metrics({ "a%": 1 }), "metric a%"],
    ["a key that leads elsewhere", () => run.tags({ "../a": "1" }), "tag ../a"],
    ["an absolute key", () => run.params({ "/a": 1 }), "parameter /a"],
    ["a key of 251 characters", () => run.params({ ["k".repeat(251)]: 1 }), "at most 250 characters"],
    ["a metric that is no number", () => run.metrics({ a: "1" as unknown as number }), "metric a must be a number"],
    ["a step that is no integer", () => run.metrics({ a: 1 }, 0.5), "step of metric a must be an integer; got 0.5"],
    ["a path that leads elsewhere", () => run.artifact("a/../../b", ""), "path of the artifact"],
    ["an absolute path", () => run.artifact("/etc/passwd", ""), "path of the artifact"],
    ["a path of Windows", () => run.artifact("a\\b", ""), "path of the artifact"],
    ["a run without a name", () => memoryTracker().startRun(""), "name of the run must be 1 to 250 characters"],
    ["an empty key of a run", () => memoryTracker().startRun("a", { key: "" }), "key of the run"],
  ])("refuses %s at once, by name", (_, log, message) => {
    expect(log).toThrow(InvalidParameterError);
    expect(log).toThrow(message);
  });

  it("refuses a model by a name or alias that no registry takes", async () => {
    const tree = new DecisionTreeClassifier();
    await expect(run.model("a/b", tree)).rejects.toThrow("name of the model");
    await expect(run.model("a", tree, { alias: "champion" })).rejects.toThrow(
      "registeredName of the model must be given",
    );
    for (const alias of ["v1", "latest", "a b", ""]) {
      await expect(run.model("a", tree, { registeredName: "b", alias })).rejects.toThrow("alias of the model");
    }
  });
});
