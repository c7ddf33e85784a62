// What every store of runs must do. It is told how to make a store, how to open the same place again as another process
// would, and how to read back what is there.
import { beforeEach, expect, it } from "vitest";
import type { MetricValue, RunRecord, RunStatus, RunStore } from "../../src/tracking.js";

/** A run as it is read back. */
export interface ReadRun {
  /** The key under which it was logged. */
  readonly key: string;
  readonly name: string;
  readonly parent: string | null;
  readonly status: "running" | RunStatus;
  readonly params: Readonly<Record<string, string>>;
  /** By step, and of the same step in the order in which they were logged. */
  readonly metrics: Readonly<Record<string, readonly Pick<MetricValue, "value" | "step">[]>>;
  /** Those that were logged; a store may add its own. */
  readonly tags: Readonly<Record<string, string>>;
  readonly artifacts: Readonly<Record<string, Uint8Array>>;
  /** Files of models by name. */
  readonly models: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>;
}

export interface StoreUnderTest {
  readonly store: RunStore;
  /** The same place, as a process finds it that starts after this one was killed. */
  reopen(): RunStore;
  runs(): Promise<readonly ReadRun[]>;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const start = (run: string, more: Partial<Extract<RunRecord, { type: "run-started" }>> = {}): RunRecord => ({
  type: "run-started",
  run,
  name: `name of ${run}`,
  parent: null,
  time: 1_763_780_000_000,
  tags: {},
  ...more,
});
const metric = (run: string, key: string, value: number, step: number, time = 1_763_780_000_001): RunRecord => ({
  type: "metrics",
  run,
  values: [{ key, value, step, time }],
});
const end = (run: string, status: RunStatus = "finished"): RunRecord => ({
  type: "run-ended",
  run,
  status,
  time: 1_763_780_000_500,
});

/** One of everything. */
const story: readonly RunRecord[] = [
  start("parent", { tags: { kind: "search" } }),
  start("child", { parent: "parent" }),
  { type: "params", run: "child", values: { maxDepth: "3", "forest/nEstimators": "100" } },
  metric("child", "loss", 0.5, 0),
  metric("child", "loss", 0.25, 1),
  metric("child", "test/accuracy", 0.75, 0),
  { type: "tags", run: "child", values: { model: "rf" } },
  { type: "artifact", run: "child", path: "pictures/a/b/c/d/e/f/history.svg", content: bytes("<svg/>") },
  {
    type: "model",
    run: "child",
    name: "best_estimator",
    files: { "model.trellis": bytes("trees"), "data/model.onnx": bytes("graph") },
    registeredName: null,
    alias: null,
  },
  end("child"),
  end("parent"),
];

/** The checks of the suite, inside a `describe`. */
export function runStoreSuite(make: () => Promise<StoreUnderTest>): void {
  let subject: StoreUnderTest;
  let store: RunStore;
  beforeEach(async () => {
    subject = await make();
    store = subject.store;
  });
  const run = async (key: string) => (await subject.runs()).find((one) => one.key === key)!;

  async function expectStory(): Promise<void> {
    const runs = await subject.runs();
    expect(runs.map(({ key }) => key).sort()).toEqual(["child", "parent"]);
    expect(await run("parent")).toMatchObject({
      name: "name of parent",
      parent: null,
      status: "finished",
      tags: { kind: "search" },
    });
    const child = await run("child");
    expect(child).toMatchObject({ name: "name of child", parent: "parent", status: "finished", tags: { model: "rf" } });
    expect(child.params).toEqual({ maxDepth: "3", "forest/nEstimators": "100" });
    expect(child.metrics).toEqual({
      loss: [
        { value: 0.5, step: 0 },
        { value: 0.25, step: 1 },
      ],
      "test/accuracy": [{ value: 0.75, step: 0 }],
    });
    expect(Object.keys(child.artifacts)).toEqual(["pictures/a/b/c/d/e/f/history.svg"]);
    expect(Buffer.from(Object.values(child.artifacts)[0]!).toString()).toBe("<svg/>");
    expect(Object.keys(child.models)).toEqual(["best_estimator"]);
    // A store may add files that make the folder a model of its kind.
    expect(Buffer.from(child.models.best_estimator!["model.trellis"]!).toString()).toBe("trees");
    expect(Buffer.from(child.models.best_estimator!["data/model.onnx"]!).toString()).toBe("graph");
  }

  it("keeps one of everything.", async () => {
    await store.deliver(story);
    await expectStory();
  });

  it("keeps the same where records come one at a time.", async () => {
    for (const record of story) await store.deliver([record]);
    await expectStory();
  });

  it("counts once what is delivered twice, at once or after a restart.", async () => {
    await store.deliver(story);
    await store.deliver(story);
    await subject.reopen().deliver(story);
    await expectStory();
  });

  it("goes on where another process was killed, wherever that was.", async () => {
    const cuts = [1, 3, 4, 6, 8, 9, 10];
    for (const cut of cuts) {
      const keyOf = (key: string) => `${key} ${cut}`;
      const renamed = story.map((record): RunRecord => {
        const of = { ...record, run: keyOf(record.run) };
        return of.type === "run-started" && of.parent !== null ? { ...of, parent: keyOf(of.parent) } : of;
      });
      await subject.reopen().deliver(renamed.slice(0, cut));
      await subject.reopen().deliver(renamed);
      expect((await run(keyOf("child"))).metrics.loss, `cut at ${cut}`).toHaveLength(2);
    }
    const runs = await subject.runs();
    expect(runs).toHaveLength(2 * cuts.length);
    expect(runs.every(({ status }) => status === "finished")).toBe(true);
  });

  it("drops a step that an earlier process has logged, whatever its value and time.", async () => {
    await store.deliver([start("a"), metric("a", "loss", 1, 0), metric("a", "loss", 0.5, 1)]);
    const again = subject.reopen();
    await again.deliver([start("a"), metric("a", "loss", 7, 1, 1_763_780_009_000), metric("a", "loss", 0.25, 2)]);
    expect((await run("a")).metrics.loss).toEqual([
      { value: 1, step: 0 },
      { value: 0.5, step: 1 },
      { value: 0.25, step: 2 },
    ]);
  });

  it("keeps two values of one step that one process logs.", async () => {
    const records = [start("a"), metric("a", "loss", 1, 0), metric("a", "loss", 2, 0, 1_763_780_000_002)];
    await store.deliver(records);
    expect((await run("a")).metrics.loss!.map(({ value }) => value)).toEqual([1, 2]);
  });

  it("keeps the first value of a parameter, and the last of a tag.", async () => {
    const params = (value: string): RunRecord => ({ type: "params", run: "a", values: { C: value } });
    const tags = (value: string): RunRecord => ({ type: "tags", run: "a", values: { stage: value } });
    await store.deliver([start("a"), params("1"), params("2"), tags("one"), tags("two")]).catch(() => {});
    expect(await run("a")).toMatchObject({ params: { C: "1" }, tags: { stage: "two" } });
  });

  it.each(["finished", "failed", "killed"] as const)("tells that a run has %s.", async (status) => {
    await store.deliver([start("a"), start("b"), end("a", status)]);
    expect((await run("a")).status).toBe(status);
    expect((await run("b")).status).toBe("running");
  });

  it("runs again where a run is started again.", async () => {
    await store.deliver([start("a"), end("a", "killed")]);
    await subject.reopen().deliver([start("a")]);
    expect((await run("a")).status).toBe("running");
  });

  it("keeps texts of all scripts, line breaks, quotes and what looks like something else.", async () => {
    const texts = [
      "größer 数字 🌳",
      "line\nbreak\r\nand\ttab",
      `"quoted" 'and' \\`,
      "null",
      "- a: {b}",
      " spaces ",
      "",
    ];
    const values = Object.fromEntries(texts.map((text, i) => [`text ${i}`, text]));
    await store.deliver([
      start("ключ/🔑", { name: "Wald “größer” 🌳: #1", tags: values }),
      { type: "params", run: "ключ/🔑", values: { ...values, größe: "数" } },
    ]);
    const kept = await run("ключ/🔑");
    expect(kept.name).toBe("Wald “größer” 🌳: #1");
    expect(kept.tags).toMatchObject(values);
    expect(kept.params).toEqual({ ...values, größe: "数" });
  });

  it("keeps every bit of a number, and those that are none.", async () => {
    const values = [0.1 + 0.2, 1e300, -5e-324, 123456789.12345679, Number.NaN, Infinity, -Infinity];
    await store.deliver([start("a"), ...values.map((value, step) => metric("a", "x", value, step))]);
    expect((await run("a")).metrics.x!.map(({ value }) => value)).toEqual(values);
  });

  it("keeps thousands of values in one delivery, in order.", async () => {
    const values = Array.from({ length: 2500 }, (_, step) => ({
      key: "loss",
      value: 1 / (step + 1),
      step,
      time: step,
    }));
    const params = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`p${i}`, `${i}`]));
    await store.deliver([
      start("a"),
      { type: "params", run: "a", values: params },
      { type: "tags", run: "a", values: params },
      { type: "metrics", run: "a", values },
      end("a"),
    ]);
    const kept = await run("a");
    expect(kept.metrics.loss).toEqual(values.map(({ value, step }) => ({ value, step })));
    expect(kept.params).toEqual(params);
    expect(kept.tags).toMatchObject(params);
  });

  it("keeps bytes as they are, none and many, and the last version of a file.", async () => {
    const all = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 256);
    const artifact = (path: string, content: Uint8Array): RunRecord => ({ type: "artifact", run: "a", path, content });
    await store.deliver([
      start("a"),
      artifact("none.bin", new Uint8Array()),
      artifact("größe/all 1.bin", bytes("old")),
    ]);
    await store.deliver([artifact("größe/all 1.bin", all)]);
    const { artifacts } = await run("a");
    expect(Object.keys(artifacts).sort()).toEqual(["größe/all 1.bin", "none.bin"]);
    expect(artifacts["none.bin"]).toHaveLength(0);
    expect(Buffer.compare(artifacts["größe/all 1.bin"]!, all)).toBe(0);
  });

  it("says which records it refuses, and keeps the others.", async () => {
    const stray: RunRecord = { type: "params", run: "never started", values: { a: "1" } };
    const delivery = store.deliver([start("a"), stray, { type: "params", run: "a", values: { a: "1" } }]);
    await expect(delivery).rejects.toMatchObject({ code: "RECORDS_REFUSED", refused: 1 });
    expect((await run("a")).params).toEqual({ a: "1" });
    expect(await subject.runs()).toHaveLength(1);
  });
}
