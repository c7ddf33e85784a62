import { describe } from "vitest";
import { MemoryStore } from "../../src/tracking/memory-store.js";
import { runStoreSuite } from "./run-store-suite.js";

describe("The store in memory", () => {
  runStoreSuite(async () => {
    const store = new MemoryStore();
    const runs = async () =>
      store.runs.map(({ metrics, models, ...run }) => ({
        ...run,
        metrics: Object.fromEntries(
          Object.entries(metrics).map(([key, values]) => [key, values.map(({ value, step }) => ({ value, step }))]),
        ),
        models: Object.fromEntries(models.map(({ name, files }) => [name, files])),
      }));
    return { store, reopen: () => store, runs };
  });
});
