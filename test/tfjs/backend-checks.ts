import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { tfjsBackend } from "../../src/tfjs/tfjs-backend.js";
import { neuralBackendChecks } from "../neural/backend-suite.js";

/**
 * The suite of neural backends on one of tfjs's own.
 * @param cannot the checks that it cannot pass
 */
export function checkBackend(name: string, cannot: readonly string[] = []): void {
  describe(`tfjs on its backend ${name}`, () => {
    beforeAll(async () => {
      await tf.setBackend(name);
    });

    for (const { name: sentence, run } of neuralBackendChecks(tfjsBackend(tf))) {
      const fails = cannot.includes(sentence);
      it(`${sentence}${fails ? ", which it cannot" : ""}.`, { fails }, async () => {
        const before = tf.memory().numTensors;
        await run();
        expect(tf.memory().numTensors).toBe(before);
      });
    }
  });
}
