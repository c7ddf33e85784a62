import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { choice, float } from "../../src/model-selection/distributions.js";
import { FileError, journalStorage } from "../../src/node.js";
import { createStudy, loadStudy } from "../../src/tune.js";
import { RandomDraws } from "../tune/toys.js";

let folder: string;
let path: string;
const sampler = new RandomDraws(1);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trellis-journal-"));
  path = join(folder, "study.log");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Root may write anything. */
async function asOrdinaryUser(run: () => Promise<void>): Promise<void> {
  if (process.getuid!() !== 0) return run();
  process.seteuid!(65_534);
  try {
    await run();
  } finally {
    process.seteuid!(0);
  }
}

const open = (options?: Parameters<typeof journalStorage>[1]) =>
  createStudy({ sampler, storage: journalStorage(path, options), loadIfExists: true });
const tellOne = async (study: Awaited<ReturnType<typeof open>>, value: number) =>
  study.tell(await study.ask({ x: float(0, 1) }), value);
const valuesOf = async () =>
  (await loadStudy({ sampler, storage: journalStorage(path) })).trials
    .filter(({ state }) => state === "complete")
    .map(({ value }) => value);

describe("A journal in a file", () => {
  it("is made by the first write, and leaves no lock behind.", async () => {
    const storage = journalStorage(path);
    await storage.refresh();
    expect(readdirSync(folder)).toEqual([]);
    await createStudy({ sampler, storage });
    expect(readdirSync(folder)).toEqual(["study.log"]);
  });

  it("holds whole lines that JSON.parse reads, one for each thing that was done.", async () => {
    const study = await open();
    await study.enqueueTrial({ x: 0.5 });
    await tellOne(study, Number.NaN);
    const trial = await study.ask();
    await trial.report(Number.NaN, 0);
    await study.tell(trial, Infinity);
    const lines = readFileSync(path, "utf8").split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => JSON.parse(line).op_code)).toEqual([0, 4, 6, 5, 6, 4, 7, 6]);
  });

  it("shows each of two who work on it what the other did.", async () => {
    const [a, b] = [await open(), await open()];
    await tellOne(a, 1);
    await b.refresh();
    expect(b.trials.map(({ value }) => value)).toEqual([1]);
    const trial = await b.ask();
    await trial.report(0.5, 0);
    await a.refresh();
    expect(a.trials[1]!.intermediate.get(0)).toBe(0.5);
    await Promise.all([tellOne(a, 2), tellOne(b, 3), tellOne(a, 4), b.tell(trial, 5)]);
    expect((await valuesOf()).sort()).toEqual([1, 2, 3, 4, 5]);
    await a.refresh();
    await b.refresh();
    expect(a.trials).toEqual(b.trials);
    expect(a.trials.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4]);
  });

  it("tells a process that another one draws a parameter from something else.", async () => {
    const [a, b] = [await open(), await open()];
    const [mine, other] = [await a.ask(), await b.ask()];
    await a.refresh();
    mine.suggest("x", choice(["a", "b"]));
    await mine.report(0, 0);
    other.suggest("x", choice(["a", "c"]));
    await expect(other.report(0, 0)).rejects.toThrow("parameter x of trial 1 is not on record");
    await expect(b.ask({ x: choice(["b"]) })).rejects.toThrow("x must be of one kind, and its choices the same");
  });

  it("does not take a choice that it cannot hold: the trial has failed.", async () => {
    const study = await open();
    const trial = await study.ask();
    trial.suggest("layers", choice([() => 1, () => 2]));
    await expect(study.tell(trial, 1)).rejects.toThrow("a choice must be null, a boolean, a finite number or a string");
    expect(study.trials.map(({ state }) => state)).toEqual(["failed"]);
    expect(readFileSync(path, "utf8")).not.toContain("layers");
  });

  it("of a hundred thousand records is read in good time.", async () => {
    await open();
    const lines: string[] = [];
    for (let trial = 0; lines.length < 100_000; trial++) {
      const by = `"worker_id":"0d8e9f5c-2f0c-4a9e-9d0e-0f6b4c1a2b3c-140245"`;
      lines.push(`{"op_code":4,${by},"study_id":0,"datetime_start":"2026-11-22T03:40:22.439191+00:00"}`);
      for (const name of ["x", "y"]) {
        lines.push(
          `{"op_code":5,${by},"trial_id":${trial},"param_name":"${name}","param_value_internal":${trial / 7},"distribution":` +
            `"{\\"name\\": \\"FloatDistribution\\", \\"attributes\\": {\\"step\\": null, \\"low\\": 0.0, \\"high\\": 9.0, \\"log\\": false}}"}`,
        );
      }
      lines.push(`{"op_code":7,${by},"trial_id":${trial},"step":0,"intermediate_value":${trial}.5}`);
      lines.push(
        `{"op_code":6,${by},"trial_id":${trial},"state":1,"values":[${trial}.5],"datetime_complete":"2026-11-22T03:40:23.439191+00:00"}`,
      );
    }
    appendFileSync(path, `${lines.join("\n")}\n`);
    const start = performance.now();
    const study = await loadStudy({ sampler, storage: journalStorage(path) });
    // About a second on an idle machine.
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(study.trials).toHaveLength(20_000);
    expect(study.trials[19_999]!.value).toBe(19_999.5);
  });
});

describe("After a crash", () => {
  it("at any byte of the last three lines no trial is lost that was told before, and the next write mends.", async () => {
    const study = await open();
    await tellOne(study, 1);
    const trial = await study.ask();
    trial.setUserAttr("a", 1);
    await study.tell(trial, 2);
    const whole = readFileSync(path);
    const ends = [...whole].flatMap((byte, i) => (byte === 0x0a ? [i + 1] : []));
    for (let cut = ends.at(-4)!; cut < whole.length; cut++) {
      writeFileSync(path, whole.subarray(0, cut));
      expect(await valuesOf()).toEqual([1]);
      expect(readFileSync(path).equals(whole.subarray(0, cut))).toBe(true);

      await journalStorage(path).append([{ op: "create-trial", worker: "w", study: 0, started: null }]);
      const after = readFileSync(path);
      // What lacked its newline alone is a record.
      const isWhole = ends.includes(cut + 1);
      const kept = isWhole ? cut + 1 : ends.findLast((end) => end <= cut)!;
      expect(after.subarray(0, kept).equals(whole.subarray(0, kept))).toBe(true);
      expect(JSON.parse(after.subarray(kept).toString("utf8"))).toMatchObject({ op_code: 4, worker_id: "w" });
      expect(await valuesOf()).toEqual(cut === whole.length - 1 ? [1, 2] : [1]);
    }
  });

  it.each<[string, Buffer]>([
    ["zeros", Buffer.alloc(300)],
    ["a line that ends in zeros", Buffer.concat([Buffer.from('{"op_code":7,"worker'), Buffer.alloc(50)])],
    [
      "half of a character",
      Buffer.concat([Buffer.from('{"op_code":8,"worker_id":"'), Buffer.from("日").subarray(0, 2)]),
    ],
    ["two lines, the first of them whole", Buffer.from('{"op_code":1,"worker_id":"w","study_id":7}\n{"op_c')],
  ])("that left %s the next write mends.", async (_, tail) => {
    await tellOne(await open(), 1);
    appendFileSync(path, tail);
    expect(await valuesOf()).toEqual([1]);
    await tellOne(await open(), 2);
    expect(await valuesOf()).toEqual([1, 2]);
    for (const line of readFileSync(path, "utf8").trimEnd().split("\n")) JSON.parse(line);
  });

  it("a line that is being written is seen when it is whole.", async () => {
    const study = await open();
    const line = '{"op_code":4,"worker_id":"w","study_id":0,"datetime_start":null}\n';
    appendFileSync(path, line.slice(0, 20));
    await study.refresh();
    expect(study.trials).toEqual([]);
    appendFileSync(path, line.slice(20));
    await study.refresh();
    expect(study.trials).toHaveLength(1);
  });
});

describe("A file is left as it was, byte for byte, where it", () => {
  const refused = async (bytes: string | Buffer, message: string) => {
    writeFileSync(path, bytes);
    const before = readFileSync(path);
    const refusal = await open().then(
      () => null,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(FileError);
    expect((refusal as FileError).message).toContain(message);
    expect(refusal).toMatchObject({ code: "FILE_FAILED", path });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder)).toEqual(["study.log"]);
  };

  it.each<[string, string | Buffer, string]>([
    ["is a text", "hello\nworld\n", `is not a study's journal: line 1 is no record`],
    ["is a text without a newline", "hello", "it ends with a line that is no record"],
    ["is a database", Buffer.from("SQLite format 3\0\x10\0\x01\x01\0@ \0\0", "latin1"), "is not a study's journal"],
    ["has lines of JSON", '{"v":1}\n{"v":2}\n', "line 1 is no record: op_code must be an integer; got undefined"],
    [
      "is broken in the middle",
      '{"op_code":0,"worker_id":"w","study_name":"study","directions":[1]}\n{"op_code":4,"wor{"op_code":4}\n',
      "line 2 is no record",
    ],
    ["nests deeply", `${"[".repeat(100_000)}\n`, "line 1 is no record"],
  ])("%s.", async (_, bytes, message) => refused(bytes, message));

  it("has become shorter.", async () => {
    const study = await open();
    await tellOne(study, 1);
    truncateSync(path, 10);
    await expect(study.ask()).rejects.toThrow("it has become shorter than it was");
    expect(readFileSync(path, "utf8")).toBe('{"op_code"');
  });

  it.skipIf(process.platform === "win32")("may not be written: it can still be read.", async () => {
    await tellOne(await open(), 1);
    const before = readFileSync(path);
    // First no lock can be made, then the lock can be made but the file not be written.
    for (const mode of [0o555, 0o777]) {
      chmodSync(folder, mode);
      chmodSync(path, 0o444);
      await asOrdinaryUser(async () => {
        const study = await open();
        expect(study.bestValue).toBe(1);
        await expect(study.ask()).rejects.toThrow(`the journal could not be written at ${path}: it is not permitted`);
      });
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(readdirSync(folder)).toEqual(["study.log"]);
    }
    chmodSync(folder, 0o700);
  });

  it.skipIf(process.platform === "win32")("is a folder, a pipe, or in no folder.", async () => {
    await expect(createStudy({ storage: journalStorage(folder) })).rejects.toThrow(`${folder} is no regular file`);
    execFileSync("mkfifo", [path]);
    await expect(open()).rejects.toThrow(`${path} is no regular file`);
    const nowhere = join(folder, "missing", "study.log");
    await expect(createStudy({ storage: journalStorage(nowhere) })).rejects.toThrow(
      `the journal could not be written at ${nowhere}: there is no such file or folder`,
    );
  });

  it("is locked by another process.", async () => {
    await tellOne(await open(), 1);
    const before = readFileSync(path);
    symlinkSync(path, `${path}.lock`);
    const study = await open({ lockTimeout: 0.05 });
    expect(study.bestValue).toBe(1);
    await expect(study.ask()).rejects.toThrow(`${path} is locked by another process for more than 0.05 s`);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readlinkSync(`${path}.lock`)).toBe(path);
    unlinkSync(`${path}.lock`);
    await tellOne(study, 2);
    expect(await valuesOf()).toEqual([1, 2]);
  });
});

describe("A journal's lock", () => {
  it("is waited for.", async () => {
    const study = await open();
    symlinkSync(path, `${path}.lock`);
    setTimeout(() => unlinkSync(`${path}.lock`), 40);
    await tellOne(study, 1);
    expect(await valuesOf()).toEqual([1]);
  });

  it("that a process left behind when it died is taken away.", async () => {
    symlinkSync(path, `${path}.lock`);
    await tellOne(await open({ staleAfter: 0.05 }), 1);
    expect(existsSync(`${path}.lock`)).toBe(false);
    expect(await valuesOf()).toEqual([1]);
  });

  it("is not taken away while the journal changes.", async () => {
    await open();
    symlinkSync(path, `${path}.lock`);
    const storage = journalStorage(path, { staleAfter: 0.3, lockTimeout: 0.6 });
    const touching = setInterval(() => utimesSync(path, new Date(), new Date()), 20);
    try {
      await expect(storage.append([{ op: "delete-study", worker: "w", study: 9 }])).rejects.toThrow(
        "is locked by another",
      );
    } finally {
      clearInterval(touching);
    }
    expect(lstatSync(`${path}.lock`).isSymbolicLink()).toBe(true);
  });

  it.each<[string, () => unknown]>([
    [
      "lockTimeout of journalStorage must be a finite number >= 0; got -1",
      () => journalStorage("x", { lockTimeout: -1 }),
    ],
    ["staleAfter of journalStorage must be a finite number > 0; got 0", () => journalStorage("x", { staleAfter: 0 })],
    ['path of journalStorage must be the name of a file; got ""', () => journalStorage("")],
  ])("%s.", (message, make) => {
    expect(make).toThrow(message);
  });
});
