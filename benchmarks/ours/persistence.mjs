// Our side of the persistence benchmark.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RandomForestClassifier } from "trellis-learn";
import { loadModel, saveModel } from "trellis-learn/node";
import { median, timesOf } from "../harness/answer.mjs";
import { answerAsTrellis } from "../harness/trellis.mjs";

const folder = mkdtempSync(join(tmpdir(), "trellis-persistence-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "forest.trellis");

await answerAsTrellis({ forest: (params) => new RandomForestClassifier(params) }, ({ models }) => ({
  async save() {
    const [seconds] = await timesOf(1, () => saveModel(file, models.get("model")));
    return { seconds, bytes: statSync(file).size };
  },
  async restore({ repeat }) {
    return { seconds: median(await timesOf(repeat, () => loadModel(file))) };
  },
}));
