import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    node: "src/node.ts",
    datasets: "src/datasets.ts",
    report: "src/report.ts",
    testing: "src/testing.ts",
    worker: "src/parallel/worker.ts",
  },
  format: "esm",
  target: "es2022",
  platform: "neutral",
  splitting: true,
  treeshake: true,
  dts: { entry: { index: "src/index.ts", node: "src/node.ts", datasets: "src/datasets.ts", report: "src/report.ts", testing: "src/testing.ts" } },
  clean: true,
  external: ["seedrandom", /^node:/],
});
