import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  DecisionTreeClassifier,
  GridSearchCV,
  HalvingGridSearchCV,
  int,
  JournalMismatchError,
  makeScorer,
  RandomForestClassifier,
  RandomizedSearchCV,
  type SearchEvent,
  TpeTuner,
  toBytes,
} from "../../src/index.js";
import { FileError, searchJournal } from "../../src/node.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trellis-journal-"));
  path = join(folder, "search.journal");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const X = Array.from({ length: 60 }, (_, i) => [i % 7, (i * 5) % 11, i % 3]);
const y = X.map(([a, b]) => (a! + b! > 8 ? "high" : a! > 3 ? "middle" : "low"));

const grid = (more = {}) =>
  new GridSearchCV({
    estimator: new DecisionTreeClassifier({ randomState: 1 }),
    paramGrid: { maxDepth: [1, 2, 3, 4] },
    cv: 3,
    ...more,
  });

const searches = {
  GridSearchCV: () => grid(),
  RandomizedSearchCV: () =>
    new RandomizedSearchCV({
      estimator: new DecisionTreeClassifier({ randomState: 1 }),
      paramDistributions: { maxDepth: int(1, 9), minSamplesSplit: [2, 3, 4] },
      nIter: 5,
      cv: 3,
      randomState: 3,
    }),
  HalvingGridSearchCV: () =>
    new HalvingGridSearchCV({
      estimator: new DecisionTreeClassifier({ randomState: 1 }),
      paramGrid: { maxDepth: [1, 2, 3, 4] },
      cv: 3,
      minResources: "smallest",
      randomState: 3,
    }),
  TpeTuner: () =>
    new TpeTuner({
      estimator: new DecisionTreeClassifier({ randomState: 1 }),
      space: { maxDepth: int(1, 9), minSamplesSplit: int(2, 20) },
      nTrials: 8,
      nStartupTrials: 4,
      cv: 3,
      randomState: 3,
    }),
};

/** The lines of the journal: the header, and one a unit. */
const lines = () => readFileSync(path, "utf8").split("\n").slice(0, -1);
const torn = () => readdirSync(folder).filter((name) => name.includes(".torn-"));

describe("A search with a journal", () => {
  for (const [name, make] of Object.entries(searches)) {
    it(`goes on after each unit of ${name} to the same end, without scoring a unit twice`, async () => {
      const whole = await make().fit(X, y);
      await make().fit(X, y, { journal: searchJournal(path) });
      const all = readFileSync(path, "utf8").split("\n").slice(0, -1);
      for (let kept = 1; kept <= all.length; kept += 3) {
        writeFileSync(path, `${all.slice(0, kept).join("\n")}\n`);
        const again = await make().fit(X, y, { journal: searchJournal(path) });
        expect(again.state.model.scores).toEqual(whole.state.model.scores);
        expect(await toBytes(again)).toEqual(await toBytes(whole));
        expect(new Set(lines().map((line) => JSON.parse(line).key)).size).toBe(all.length);
        expect(lines()).toHaveLength(all.length);
      }
      expect(readdirSync(folder)).toEqual(["search.journal"]);
    });
  }

  it("keeps each score before it tells of it", async () => {
    const seen: number[] = [];
    await grid().fit(X, y, {
      journal: searchJournal(path),
      onEvent: (event) => void (event.type === "fold-scored" && seen.push(lines().length - 1)),
    });
    expect(seen).toHaveLength(12);
    for (const [i, kept] of seen.entries()) expect(kept).toBeGreaterThanOrEqual(i + 1);
  });

  it("says how many scores it knew, and tells of them again", async () => {
    await grid().fit(X, y, { journal: searchJournal(path) });
    const events: SearchEvent[] = [];
    await grid().fit(X, y, { journal: searchJournal(path), onEvent: (event) => void events.push(event) });
    expect(events[0]).toEqual({ type: "search-started", candidates: 4, folds: 3, resumed: 12 });
    expect(events.filter(({ type }) => type === "fold-scored")).toHaveLength(12);
  });

  it("keeps the seed that was drawn for an estimator without one", async () => {
    const unseeded = () =>
      new GridSearchCV({
        estimator: new RandomForestClassifier({ nEstimators: 3 }),
        paramGrid: { maxDepth: [1, 2] },
        cv: 3,
      });
    const first = await unseeded().fit(X, y, { journal: searchJournal(path) });
    const second = await unseeded().fit(X, y, { journal: searchJournal(path) });
    expect(second.bestEstimator.params.randomState).toBe(first.bestEstimator.params.randomState);
    expect(second.state.model.scores).toEqual(first.state.model.scores);
  });

  it("remembers failures, and scores that are no numbers", async () => {
    const odd = makeScorer((truth: string[]) => (truth[0] === "low" ? Number.NaN : Number.POSITIVE_INFINITY), {
      name: "odd",
    });
    const make = () =>
      grid({ scoring: ["accuracy", odd], refit: "accuracy", paramGrid: { maxDepth: [2, 0] }, errorScore: -1 });
    const first = await make().fit(X, y, { journal: searchJournal(path) });
    const kept = readFileSync(path);
    const second = await make().fit(X, y, { journal: searchJournal(path) });
    expect(second.state.model.scores).toEqual(first.state.model.scores);
    expect(readFileSync(path)).toEqual(kept);
  });

  it("needs a seed of its own where it draws", async () => {
    const search = searches.TpeTuner().setParams({ randomState: null });
    await expect(search.fit(X, y, { journal: searchJournal(path) })).rejects.toThrow(
      "randomState of TpeTuner must be an integer where there is a journal",
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it("may be told to try more, to be quicker or to stop earlier the next time", async () => {
    const first = await searches.TpeTuner().fit(X, y, { journal: searchJournal(path) });
    const longer = searches.TpeTuner().setParams({ nTrials: 12, nJobs: 1, targetScore: 5, timeout: 600, refit: false });
    await longer.fit(X, y, { journal: searchJournal(path) });
    expect(longer.cvResults.columns.params).toHaveLength(12);
    expect((longer.cvResults.columns.params as object[]).slice(0, 8)).toEqual(first.cvResults.columns.params);
  });
});

describe("A journal of another search", () => {
  const others: readonly (readonly [what: string, part: string, run: () => Promise<unknown>])[] = [
    [
      "another grid",
      "paramGrid",
      () => grid({ paramGrid: { maxDepth: [1, 2] } }).fit(X, y, { journal: searchJournal(path) }),
    ],
    [
      "another estimator",
      "estimator",
      () =>
        grid({ estimator: new DecisionTreeClassifier({ randomState: 2 }) }).fit(X, y, { journal: searchJournal(path) }),
    ],
    ["another class of search", "class", () => searches.TpeTuner().fit(X, y, { journal: searchJournal(path) })],
    ["other folds", "cv", () => grid({ cv: 4 }).fit(X, y, { journal: searchJournal(path) })],
    ["another scorer", "scoring", () => grid({ scoring: "f1_macro" }).fit(X, y, { journal: searchJournal(path) })],
    [
      "other values",
      "data",
      () =>
        grid().fit(
          X.map((row, i) => (i === 59 ? [0.5, 0, 0] : row)),
          y,
          { journal: searchJournal(path) },
        ),
    ],
    [
      "other labels",
      "data",
      () =>
        grid().fit(
          X,
          y.map((label) => `${label}!`),
          { journal: searchJournal(path) },
        ),
    ],
  ];
  for (const [what, part, run] of others) {
    it(`is refused for ${what}, and left as it is`, async () => {
      await grid().fit(X, y, { journal: searchJournal(path) });
      const kept = readFileSync(path);
      const failure = (await run().catch((error) => error)) as JournalMismatchError;
      expect(failure).toBeInstanceOf(JournalMismatchError);
      expect(failure.part).toBe(part);
      expect(failure.message).toContain("was begun by another search");
      expect(readFileSync(path)).toEqual(kept);
      expect(readdirSync(folder)).toEqual(["search.journal"]);
    });
  }

  it("is refused for another build of the kernels", async () => {
    await grid().fit(X, y, { journal: searchJournal(path) });
    const [header, ...units] = lines();
    const { trellis, v, owner, parts, seeds } = JSON.parse(header!);
    const { writtenLine } = await import("../../src/node/checked-lines.js");
    const other = { owner, parts: { ...parts, kernels: "0".repeat(32) }, seeds };
    writeFileSync(path, [writtenLine(`{"trellis":"${trellis}","v":${v},`, other), ...units, ""].join("\n"));
    await expect(grid().fit(X, y, { journal: searchJournal(path) })).rejects.toThrow(
      "the build of the kernels is not the same",
    );
  });
});

describe("A journal that is damaged", () => {
  it("is mended wherever its end is torn off: what was whole stays, the rest is computed anew", async () => {
    const whole = await grid().fit(X, y, { journal: searchJournal(path) });
    const bytes = readFileSync(path);
    const tail = bytes.toString().split("\n").slice(-4).join("\n").length;
    for (let cut = 1; cut <= tail; cut += 7) {
      writeFileSync(path, bytes.subarray(0, bytes.length - cut));
      const again = await grid().fit(X, y, { journal: searchJournal(path) });
      expect(again.state.model.scores).toEqual(whole.state.model.scores);
      expect(lines()).toHaveLength(13);
    }
    expect(torn().length).toBeGreaterThan(0);
  });

  it("is begun again where not even its first line was written whole", async () => {
    await grid().fit(X, y, { journal: searchJournal(path) });
    const bytes = readFileSync(path);
    for (const length of [0, 1, 20, bytes.indexOf(10)]) {
      writeFileSync(path, bytes.subarray(0, length));
      await grid().fit(X, y, { journal: searchJournal(path) });
      expect(lines()).toHaveLength(13);
    }
  });

  it("has a damaged line passed over, and its unit computed anew", async () => {
    const whole = await grid().fit(X, y, { journal: searchJournal(path) });
    const [header, first, ...others] = lines();
    for (const bad of [first!.replace('"fold":', '"fold":1'), "", "\0".repeat(40), `${first}x`]) {
      writeFileSync(path, [header, bad, ...others, ""].join("\n"));
      const again = await grid().fit(X, y, { journal: searchJournal(path) });
      expect(again.state.model.scores).toEqual(whole.state.model.scores);
      expect(lines()).toHaveLength(14);
    }
  });

  it("is never trusted with one bit of a line flipped", async () => {
    const whole = await grid().fit(X, y, { journal: searchJournal(path) });
    const bytes = readFileSync(path);
    const last = bytes.toString().split("\n").at(-2)!.length;
    for (let i = 0; i < last; i += 11) {
      const flipped = Buffer.from(bytes);
      flipped[bytes.length - 2 - i]! ^= 1 << (i % 8);
      writeFileSync(path, flipped);
      const again = await grid().fit(X, y, { journal: searchJournal(path) });
      expect(again.state.model.scores).toEqual(whole.state.model.scores);
    }
  });
});

describe("What is no journal that can be used", () => {
  it.each([
    ["a text", "hello\n"],
    ["a text without an end", "hello"],
    ["another JSON", '{"op_code":0,"worker_id":"x","study_name":"s","directions":[1]}\n'],
  ])("is left as it is: %s", async (_, text) => {
    writeFileSync(path, text);
    await expect(grid().fit(X, y, { journal: searchJournal(path) })).rejects.toThrow("is no journal of a search");
    expect(readFileSync(path, "utf8")).toBe(text);
    expect(readdirSync(folder)).toEqual(["search.journal"]);
  });

  it("is a folder, or lies in one that is not there", async () => {
    await expect(grid().fit(X, y, { journal: searchJournal(folder) })).rejects.toThrow(FileError);
    await expect(grid().fit(X, y, { journal: searchJournal(join(folder, "no/such.journal")) })).rejects.toThrow(
      "there is no such file or folder",
    );
  });

  it("is one that another process works on; a dead process's is taken over", async () => {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, "utf8");
    const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const owner = { pid: process.ppid, boot, started };
    writeFileSync(`${path}.lock`, JSON.stringify(owner));
    await expect(grid().fit(X, y, { journal: searchJournal(path) })).rejects.toThrow(
      `is in use by process ${process.ppid}`,
    );
    // Another process of that number, another start of the machine, a lock that was never written.
    for (const dead of [{ ...owner, started: "1" }, { ...owner, boot: "x" }, { ...owner, pid: 2 ** 22 + 1 }, null]) {
      writeFileSync(`${path}.lock`, dead === null ? "" : JSON.stringify(dead));
      await grid().fit(X, y, { journal: searchJournal(path) });
    }
    expect(readdirSync(folder)).toEqual(["search.journal"]);
  });

  it("loses what a process left that was killed while it took the lock, and nothing else", async () => {
    const [dead, living] = [2 ** 22 + 1, process.ppid].map((pid) => `search.journal.lock.${pid}.${randomUUID()}`);
    for (const name of [dead!, living!, "search.journal.lock.notes"]) writeFileSync(join(folder, name), "");
    await grid().fit(X, y, { journal: searchJournal(path) });
    expect(readdirSync(folder).sort()).toEqual(["search.journal", living, "search.journal.lock.notes"].sort());
  });

  it("is given free when the search fails or is aborted", async () => {
    const failing = grid({ errorScore: "raise", paramGrid: { maxDepth: [0] } });
    await expect(failing.fit(X, y, { journal: searchJournal(path) })).rejects.toThrow("maxDepth");
    await expect(
      failing.fit(X, y, { journal: searchJournal(path), signal: AbortSignal.abort(new Error("enough")) }),
    ).rejects.toThrow("enough");
    expect(readdirSync(folder)).toEqual(["search.journal"]);
  });

  it("is readable by its owner alone, and led through a symbolic link to the file that is meant", async () => {
    writeFileSync(join(folder, "real"), "");
    symlinkSync(join(folder, "real"), path);
    await grid().fit(X, y, { journal: searchJournal(path) });
    expect(readFileSync(join(folder, "real"), "utf8")).toContain("search journal");
    const other = join(folder, "other");
    await grid().fit(X, y, { journal: searchJournal(other) });
    expect(statSync(other).mode & 0o777).toBe(0o600);
  });
});
