import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { tfjsBackend } from "../../src/tfjs/tfjs-backend.js";
import { neuralBackendChecks } from "../neural/backend-suite.js";

/** What a backend of tfjs cannot do, and why. */
const EXPECTED_FAILURES: Readonly<Record<string, readonly string[]>> = {
  // One batch is one piece of work, and the plain JavaScript of this backend takes seconds for one of this check's.
  cpu: ["an epoch that is aborted rejects with the reason within 500 ms"],
  wasm: [],
};

describe.each(["cpu", "wasm"])("tfjs on its backend %s", (name) => {
  beforeAll(async () => {
    await tf.setBackend(name);
  });

  for (const { name: sentence, run } of neuralBackendChecks(tfjsBackend(tf))) {
    const fails = EXPECTED_FAILURES[name]!.includes(sentence);
    it(`${sentence}${fails ? ", which it cannot" : ""}.`, { fails }, async () => {
      const before = tf.memory().numTensors;
      await run();
      expect(tf.memory().numTensors).toBe(before);
    });
  }
});
