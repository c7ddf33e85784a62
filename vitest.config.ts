import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Pools and services start threads from files beside the bundle; tests run from src, so they are shown where those lie. */
const builtThreads = {
  name: "built-threads",
  transform(code: string, id: string) {
    if (!/src\/(parallel\/worker-port|serve\/service-thread)\.ts$/.test(id)) return null;
    return code.replaceAll(/new URL\("\.\/([\w-]+\.js)", import\.meta\.url\)/g, (_, file) => {
      const built = new URL(`./dist/${file}`, import.meta.url).href;
      return `new URL(${JSON.stringify(built)})`;
    });
  },
};

const src = (name: string) => fileURLToPath(new URL(`./src/${name}.ts`, import.meta.url));

export default defineConfig({
  plugins: [builtThreads],
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
