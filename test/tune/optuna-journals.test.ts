// Journals that Optuna wrote, and what Optuna itself reads from them.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { journalStorage } from "../../src/node.js";
import type { LoggedStudy } from "../../src/tune/logged-study.js";
import { loadStudy } from "../../src/tune.js";
import { plain, type Told, told } from "./told.js";

interface Read {
  readonly name: string;
  readonly directions: readonly string[];
  readonly userAttrs: Readonly<Record<string, unknown>>;
  readonly systemAttrs: Readonly<Record<string, unknown>>;
  readonly trials: readonly Told[];
}

const path = (name: string) => fileURLToPath(new URL(`../golden/optuna/${name}`, import.meta.url));
const reads: Readonly<Record<string, readonly Read[]>> = {
  ...JSON.parse(readFileSync(path("reads.json"), "utf8")),
  ...JSON.parse(readFileSync(path("reads-old.json"), "utf8")),
};

const asRead = (study: LoggedStudy, { trials }: Read): object => ({
  name: study.name,
  directions: study.directions,
  userAttrs: plain(study.userAttrs),
  systemAttrs: plain(study.systemAttrs),
  trials: study.trials.map((trial, i) => told(trial, trials[i], study.logged[i]!.values)),
});

describe.each(["kinds.jsonl", "tpe.jsonl", "naive-times.jsonl"])("Of %s, which Optuna wrote,", (name) => {
  it("all is read that Optuna reads.", async () => {
    const storage = journalStorage(path(name));
    await storage.refresh();
    const { studies } = storage.log;
    const expected = reads[name]!;
    expect(studies.map((study) => study.name)).toEqual(expected.map((read) => read.name));
    expect(studies.map((study, i) => asRead(study, expected[i]!))).toEqual(expected);
  });
});

it("The journals hold trials of every state, and NaN.", () => {
  const states = reads["kinds.jsonl"]!.flatMap(({ trials }) => trials.map(({ state }) => state));
  expect(new Set(states)).toEqual(new Set(["waiting", "running", "complete", "pruned", "failed"]));
  expect(readFileSync(path("kinds.jsonl"), "utf8")).toMatch(/:NaN/);
});

it("A study of Optuna's has the best trial that Optuna finds.", async () => {
  const study = await loadStudy({ storage: journalStorage(path("tpe.jsonl")) });
  const [first, ...others] = reads["tpe.jsonl"]![0]!.trials.filter(({ state }) => state === "complete");
  const best = others.reduce((a, b) => (b.values![0]! < a.values![0]! ? b : a), first!);
  expect(study.bestTrial.number).toBe(best.number);
  expect(study.bestParams).toEqual(best.params);
  expect(study.bestValue).toBe(best.values![0]);
});

it("A study with several objectives is refused.", async () => {
  await expect(loadStudy({ name: "several objectives", storage: journalStorage(path("kinds.jsonl")) })).rejects.toThrow(
    "study several objectives has 2 objectives; a study here has one",
  );
});
