import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DecisionTreeClassifier, fromBytes, InvalidModelError, InvalidParameterError } from "../../src/index.js";
import { FileError, modelStore } from "../../src/node.js";

let folder: string;
let problems: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trellis-models-"));
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (options = {}) => modelStore(folder, { onProblem: (sentence) => problems.push(sentence), ...options });
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = async (name: string, version: number) => Buffer.from(await open().read(name, version)).toString();
const files = (name: string) => readdirSync(join(folder, name)).sort();
const at = (...path: string[]) => join(folder, ...path);

/** Publishes texts in place of models. */
async function publishAll(name: string, ...texts: string[]) {
  const store = open();
  for (const text of texts) await store.publish(name, bytesOf(text));
  return store;
}

describe("A store of models", () => {
  it("gives an estimator back as it was published, with what was said of it", async () => {
    const tree = await new DecisionTreeClassifier({ randomState: 1 }).fit([[0], [1]], ["a", "b"]);
    const facts = { accuracy: 0.9, params: { maxDepth: null } };
    const published = await open().publish("rf", tree, facts);
    const store = open();
    expect(published).toMatchObject({ name: "rf", version: 1, facts });
    expect(published.publishedAt).toBe(new Date(published.publishedAt).toISOString());
    expect(await store.current("rf")).toEqual(published);
    const bytes = await store.read("rf", 1);
    expect(bytes.length).toBe(published.bytes);
    const loaded = await fromBytes(bytes, DecisionTreeClassifier);
    expect(await loaded.predict([[1]])).toEqual(["b"]);
    expect(problems).toEqual([]);
  });

  it("counts versions up, and keeps the newest three, in files that their owner alone can read", async () => {
    const store = await publishAll("rf", "one", "two", "three", "four", "five");
    expect((await store.versions("rf")).map(({ version }) => version)).toEqual([5, 4, 3]);
    expect(await store.current("rf")).toMatchObject({ version: 5 });
    expect(await textOf("rf", 4)).toBe("four");
    expect(files("rf")).toEqual(["3.json", "3.trellis", "4.json", "4.trellis", "5.json", "5.trellis", "current"]);
    for (const file of files("rf")) expect(statSync(at("rf", file)).mode & 0o777, file).toBe(0o600);
    expect(statSync(at("rf")).mode & 0o777).toBe(0o700);
  });

  it("goes back to an older version that is sound, until the next is published", async () => {
    const store = await publishAll("rf", "one", "two", "three");
    await store.makeCurrent("rf", 1);
    expect(await open().current("rf")).toMatchObject({ version: 1 });
    writeFileSync(at("rf", "2.trellis"), "tow");
    await expect(store.makeCurrent("rf", 2)).rejects.toThrow(InvalidModelError);
    await expect(store.makeCurrent("rf", 9)).rejects.toThrow(FileError);
    expect(await open().current("rf")).toMatchObject({ version: 1 });
    expect(await store.publish("rf", bytesOf("four"))).toMatchObject({ version: 4 });
    expect(await open().current("rf")).toMatchObject({ version: 4 });
  });

  it("names the models that have a version, and passes over what is none", async () => {
    await publishAll("svm", "model");
    await publishAll("rf", "model");
    mkdirSync(at("empty"));
    mkdirSync(at("Not_A_Name"));
    writeFileSync(at("rf.pkl"), "cos\nsystem\n");
    for (const foreign of ["model.pkl", "model.onnx", "model.keras", "01.trellis", "2.trellis.bak"]) {
      writeFileSync(at("rf", foreign), "");
    }
    expect(await open().names()).toEqual(["rf", "svm"]);
    expect((await open().versions("rf")).map(({ version }) => version)).toEqual([1]);
    expect(await open().publish("rf", bytesOf("model"))).toMatchObject({ version: 2 });
    expect(problems).toEqual([]);
  });

  it("is empty where there is no folder yet", async () => {
    const store = modelStore(at("later", "models"));
    expect(await store.names()).toEqual([]);
    expect(await store.versions("rf")).toEqual([]);
    expect(await store.current("rf")).toBeNull();
    await expect(store.read("rf", 1)).rejects.toThrow("there is no such file");
    expect(existsSync(at("later"))).toBe(false);
  });

  it("refuses names that could lead elsewhere, and facts that are no JSON", async () => {
    const store = open();
    const names = ["..", "../models", "a/b", "a\\b", "C:", ".hidden", "", "Rf", "x".repeat(65), "a\0", "‮a", "%2e%2e"];
    for (const name of names) {
      await expect(store.current(name), name).rejects.toThrow(InvalidParameterError);
      await expect(store.publish(name, bytesOf("model")), name).rejects.toThrow(InvalidParameterError);
    }
    for (const version of [0, -1, 1.5, Number.NaN, 1e21]) {
      await expect(store.read("rf", version), `${version}`).rejects.toThrow(InvalidParameterError);
    }
    await expect(store.publish("rf", bytesOf("model"), { n: 1n })).rejects.toThrow(
      "facts of a model must be plain JSON",
    );
    await expect(store.publish("rf", bytesOf("m"), { x: "x".repeat(2 ** 21) })).rejects.toThrow("may have 1048576");
    expect(() => modelStore(folder, { keep: 0 })).toThrow("keep of modelStore must be an integer >= 1; got 0");
    expect(await store.names()).toEqual([]);
  });

  it("does not follow symbolic links, neither to a folder nor to a file", async () => {
    const store = await publishAll("rf", "model");
    const outside = mkdtempSync(join(tmpdir(), "trellis-outside-"));
    symlinkSync(at("rf"), at("linked"));
    symlinkSync(outside, at("planted"));
    writeFileSync(join(outside, "secret"), "model");
    rmSync(at("rf", "1.trellis"));
    symlinkSync(join(outside, "secret"), at("rf", "1.trellis"));
    await expect(store.current("linked")).rejects.toThrow("is a symbolic link, which a store does not follow");
    await expect(store.publish("planted", bytesOf("model"))).rejects.toThrow(FileError);
    await expect(store.read("rf", 1)).rejects.toThrow(FileError);
    expect(readdirSync(outside)).toEqual(["secret"]);
    expect(await store.names()).toEqual([]);
    rmSync(outside, { recursive: true });
  });

  it("can be read where nothing can be written, and says so when it should publish", async () => {
    await publishAll("rf", "model");
    const isRoot = process.getuid!() === 0; // Root may write anything.
    const all = [...files("rf").map((name) => at("rf", name)), at("rf"), folder];
    if (isRoot) for (const path of all) chownSync(path, 65_534, 65_534);
    for (const path of [at("rf"), folder]) chmodSync(path, 0o500);
    if (isRoot) process.seteuid!(65_534);
    try {
      expect(await open().current("rf")).toMatchObject({ version: 1 });
      expect(await textOf("rf", 1)).toBe("model");
      await expect(open().publish("rf", bytesOf("next"))).rejects.toThrow(FileError);
      await expect(open().publish("svm", bytesOf("next"))).rejects.toThrow(FileError);
      await expect(open().makeCurrent("rf", 1)).rejects.toThrow("it is not permitted");
    } finally {
      if (isRoot) process.seteuid!(0);
      for (const path of [folder, at("rf")]) chmodSync(path, 0o700);
    }
    expect(problems).toEqual([]);
  });
});

describe("Where a file is damaged, the newest sound version is served, and the store says so:", () => {
  const damages: Record<string, () => void> = {
    "a byte of the model": () => {
      const bytes = readFileSync(at("rf", "3.trellis"));
      bytes[2]! ^= 1;
      writeFileSync(at("rf", "3.trellis"), bytes);
    },
    "a model that was cut off": () => writeFileSync(at("rf", "3.trellis"), "th"),
    "no model": () => rmSync(at("rf", "3.trellis")),
    "a manifest that is no JSON": () => writeFileSync(at("rf", "3.json"), '{"name":"rf","version":3'),
    "a manifest of something else": () => writeFileSync(at("rf", "3.json"), readFileSync(at("rf", "2.json"))),
    "a manifest without a hash": () => writeFileSync(at("rf", "3.json"), '{"name":"rf","version":3,"facts":{}}'),
    "no manifest": () => rmSync(at("rf", "3.json")),
  };
  for (const [what, damage] of Object.entries(damages)) {
    it(`${what}.`, async () => {
      await publishAll("rf", "one", "two", "three");
      damage();
      expect(await open().current("rf")).toMatchObject({ version: 2 });
      expect(problems).toHaveLength(2);
      expect(problems[0]).toMatch(/^version 3 of rf is passed over: .*rf\/3\./);
      expect(problems[1]).toMatch(/names no sound version; version 2 of rf is served instead$/);
      await expect(open().read("rf", 3)).rejects.toThrow(/rf\/3\.(json|trellis)/);
      expect(await open().publish("rf", bytesOf("four"))).toMatchObject({ version: 4 });
    });
  }

  for (const pointer of ["../../etc/passwd", "", "0", "7", "3\n4", "9".repeat(40)]) {
    it(`a pointer to ${JSON.stringify(pointer.slice(0, 20))}.`, async () => {
      await publishAll("rf", "one", "two", "three");
      writeFileSync(at("rf", "current"), pointer);
      expect(await open().current("rf")).toMatchObject({ version: 3 });
      expect(problems.at(-1)).toMatch(/names no sound version; version 3 of rf is served instead$/);
    });
  }
});

describe("After a kill", () => {
  const steps: Record<string, () => void> = {
    "when the number was taken": () => writeFileSync(at("rf", "2.trellis"), ""),
    "when the model was written": () => writeFileSync(at("rf", "2.trellis"), "two"),
    "when half of the manifest was written": () => {
      writeFileSync(at("rf", "2.trellis"), "two");
      writeFileSync(at("rf", ".trellis.tmp-half"), '{"name":');
    },
  };
  for (const [when, leave] of Object.entries(steps)) {
    it(`${when}, the old version is current, and the number is not used again.`, async () => {
      await publishAll("rf", "one");
      leave();
      const store = open();
      expect(await store.current("rf")).toMatchObject({ version: 1 });
      expect((await store.versions("rf")).map(({ version }) => version)).toEqual([1]);
      expect(problems).toEqual([]);
      expect(await store.publish("rf", bytesOf("three"))).toMatchObject({ version: 3 });
      expect(await textOf("rf", 3)).toBe("three");
      expect(files("rf").filter((name) => name.startsWith("2."))).toEqual([]);
    });
  }

  it("between manifest and pointer the old version is current, and the new one is there to be made current.", async () => {
    const store = await publishAll("rf", "one", "two");
    writeFileSync(at("rf", "current"), "1\n");
    expect(await store.current("rf")).toMatchObject({ version: 1 });
    expect((await store.versions("rf")).map(({ version }) => version)).toEqual([2, 1]);
    expect(problems).toEqual([]);
  });

  it("files that never took their place are removed by the first use, once they are a minute old.", async () => {
    await publishAll("rf", "one");
    for (const name of [".trellis.tmp-old", ".trellis.tmp-new"]) writeFileSync(at("rf", name), "");
    const before = Date.now() / 1000 - 61;
    utimesSync(at("rf", ".trellis.tmp-old"), before, before);
    await open().current("rf");
    expect(files("rf")).toEqual([".trellis.tmp-new", "1.json", "1.trellis", "current"]);
  });
});

describe("Several who publish at once", () => {
  it("in one process get a version each, and the last one is current", async () => {
    const stores = Array.from({ length: 8 }, () => open({ keep: 8 }));
    const published = await Promise.all(stores.map((store, i) => store.publish("rf", bytesOf(`model ${i}`))));
    expect(published.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const [i, { version }] of published.entries()) expect(await textOf("rf", version)).toBe(`model ${i}`);
    expect(await open().current("rf")).toMatchObject({ version: 8 });
    expect(files("rf").filter((name) => name.includes("lock"))).toEqual([]);
  });

  it("in processes of their own, of which some are killed, leave a sound version to whoever reads", async () => {
    const program = `
      import { modelStore } from "trellis-learn/node";
      const store = modelStore(process.argv[1]);
      console.log("on");
      for (;;) await store.publish("rf", new Uint8Array(20_000).fill(process.pid % 256));`;
    await publishAll("rf", "one");
    const cwd = new URL("../..", import.meta.url);
    const children = Array.from({ length: 2 }, () => {
      const args = ["--input-type=module", "-e", program, folder];
      return spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
    });
    await Promise.all(children.map((child) => once(child.stdout, "data")));
    const store = open();
    let newest = 0;
    for (let i = 0; i < 40; i++) {
      const current = (await store.current("rf"))!;
      newest = Math.max(newest, current.version);
      if (i === 20) await killed(children[0]!);
      if (i > 25 && newest > 5) break;
    }
    await killed(children[1]!);
    const after = await open().publish("rf", bytesOf("last"));
    expect(after.version).toBeGreaterThan(newest);
    expect(await open().current("rf")).toEqual(after);
    expect(files("rf").filter((name) => name.includes("lock"))).toEqual([]);
  });
});

async function killed(child: ReturnType<typeof spawn>): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}
