import { describe, it } from "vitest";
import { wasmBackend } from "../../src/neural/wasm-backend.js";
import { neuralBackendChecks } from "./backend-suite.js";

describe("The wasm backend", () => {
  for (const { name, run } of neuralBackendChecks(wasmBackend)) it(name, run);
});
