import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { FileError, mlrunsStore } from "../../src/node.js";
import type { RunRecord } from "../../src/tracking.js";
import { readMlruns } from "../tracking/read-mlruns.js";
import { runStoreSuite } from "../tracking/run-store-suite.js";

const folders: string[] = [];
function newRoot(): string {
  folders.push(mkdtempSync(join(tmpdir(), "trellis mlruns-")));
  return join(folders.at(-1)!, "mlruns");
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const start: RunRecord = { type: "run-started", run: "a", name: "a", parent: null, time: 1, tags: {} };
const loss = (value: number, step: number): RunRecord => ({
  type: "metrics",
  run: "a",
  values: [{ key: "loss", value, step, time: 2 }],
});

describe("The store of an mlruns folder", () => {
  runStoreSuite(async () => {
    const root = newRoot();
    const open = () => mlrunsStore(root, { experiment: "größer: 🌳" });
    return { store: open(), reopen: open, runs: async () => readMlruns(root) };
  });

  it("finds an experiment that MLflow made, by the name in its YAML", async () => {
    const root = newRoot();
    for (const [id, name] of [
      ["123", "'it''s: mine'"],
      ["456", `"gr\\xF6\\xDFer \\U0001F333 a\\\n  b\\\n  \\ c"`],
      ["789", "two words over\n  two lines"],
    ]) {
      mkdirSync(join(root, id!), { recursive: true });
      writeFileSync(join(root, id!, "meta.yaml"), `experiment_id: '${id}'\nlifecycle_stage: active\nname: ${name}\n`);
    }
    const names = { "123": "it's: mine", "456": "größer 🌳 ab c", "789": "two words over two lines" };
    for (const [id, experiment] of Object.entries(names)) {
      await mlrunsStore(root, { experiment }).deliver([{ ...start, run: id }]);
      expect(readdirSync(join(root, id)).length, experiment).toBe(2);
    }
    expect(readMlruns(root)).toHaveLength(3);
  });

  it("keeps what MLflow has written into the meta.yaml of a run since", async () => {
    const root = newRoot();
    await mlrunsStore(root).deliver([start]);
    const id = readdirSync(join(root, "0")).find((name) => /^[0-9a-f]{32}$/.test(name))!;
    const path = join(root, "0", id, "meta.yaml");
    writeFileSync(path, readFileSync(path, "utf8").replace(/run_name: .*/, "run_name: 'renamed: by\n  hand'"));
    await mlrunsStore(root).deliver([{ type: "run-ended", run: "a", status: "failed", time: 77 }]);
    const meta = readFileSync(path, "utf8");
    expect(meta).toContain("run_name: 'renamed: by\n  hand'\n");
    expect(meta).toContain("\nstatus: 4\n");
    expect(meta).toContain("\nend_time: 77\n");
  });

  it("takes a line away that a crash has cut off", async () => {
    const root = newRoot();
    await mlrunsStore(root).deliver([start, loss(1, 0)]);
    const id = readdirSync(join(root, "0")).find((name) => /^[0-9a-f]{32}$/.test(name))!;
    const path = join(root, "0", id, "metrics", "loss");
    appendFileSync(path, "17637800");
    await mlrunsStore(root).deliver([start, loss(0.5, 1)]);
    expect(readFileSync(path, "utf8")).toBe("2 1 0\n2 0.5 1\n");
  });

  it("leaves no file behind that MLflow would take for a parameter or a tag", async () => {
    const root = newRoot();
    await mlrunsStore(root).deliver([start, { type: "params", run: "a", values: { C: "1" } }]);
    expect(readMlruns(root)[0]).toMatchObject({ params: { C: "1" }, tags: {} });
    const all = readdirSync(root, { recursive: true, encoding: "utf8" });
    expect(all.filter((path) => path.includes("tmp"))).toEqual([]);
  });

  it("makes another run where the one of a key was deleted in MLflow", async () => {
    const root = newRoot();
    await mlrunsStore(root).deliver([start]);
    const id = readdirSync(join(root, "0")).find((name) => /^[0-9a-f]{32}$/.test(name))!;
    const path = join(root, "0", id, "meta.yaml");
    writeFileSync(path, readFileSync(path, "utf8").replace(/lifecycle_stage: .*/, "lifecycle_stage: deleted"));
    await mlrunsStore(root).deliver([start, loss(1, 0)]);
    expect(
      readMlruns(root)
        .map(({ metrics }) => Object.keys(metrics))
        .sort(),
    ).toEqual([[], ["loss"]]);
  });

  it("refuses what would leave its folder, and what has no place in it", async () => {
    const root = newRoot();
    const artifact = (path: string): RunRecord => ({ type: "artifact", run: "a", path, content: new Uint8Array(1) });
    const records = [
      start,
      artifact("../../outside"),
      artifact("/outside"),
      { type: "params", run: "a", values: { "../x": "1" } } as const,
      artifact("file"),
      artifact("file/below"),
    ];
    await expect(mlrunsStore(root).deliver(records)).rejects.toMatchObject({ refused: 4 });
    expect(Object.keys(readMlruns(root)[0]!.artifacts)).toEqual(["file"]);
    expect(readdirSync(join(root, ".."))).toEqual(["mlruns"]);
  });

  it("gives a model the next version of its registered model, once, and moves the alias", async () => {
    const root = newRoot();
    const model = (run: string, alias: string | null): RunRecord => ({
      type: "model",
      run,
      name: "best",
      files: { m: new Uint8Array(3) },
      registeredName: "digits",
      alias,
    });
    const records: RunRecord[] = [start, model("a", "champion"), { ...start, run: "b" }, model("b", "champion")];
    await mlrunsStore(root).deliver(records.slice(0, 2));
    await mlrunsStore(root).deliver(records);
    await mlrunsStore(root).deliver(records);
    expect(readdirSync(join(root, "models/digits")).sort()).toEqual(["aliases", "meta.yaml", "version-1", "version-2"]);
    expect(readFileSync(join(root, "models/digits/aliases/champion"), "utf8")).toBe("2");
  });

  it("rejects, to be tried again, where the disk does not let it", async () => {
    const file = newRoot();
    writeFileSync(file, "");
    const delivery = mlrunsStore(join(file, "mlruns")).deliver([start]);
    await expect(delivery).rejects.toThrow(FileError);
    await expect(delivery).rejects.toThrow(`runs could not be written to ${join(file, "mlruns")}`);
  });
});
