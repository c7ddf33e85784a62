import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The pool starts dist/worker.js beside the bundle; tests run from src, so they are shown where it lies. */
const builtWorker = {
  name: "built-worker",
  transform(code: string, id: string) {
    if (!id.endsWith("src/parallel/worker-port.ts")) return null;
    const worker = new URL("./dist/worker.js", import.meta.url).href;
    return code.replaceAll('new URL("./worker.js", import.meta.url)', `new URL(${JSON.stringify(worker)})`);
  },
};

const src = (name: string) => fileURLToPath(new URL(`./src/${name}.ts`, import.meta.url));

export default defineConfig({
  plugins: [builtWorker],
  resolve: {
    alias: [
      { find: /^trellis-learn\/(\w+)$/, replacement: src("$1") },
      { find: /^trellis-learn$/, replacement: src("index") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
