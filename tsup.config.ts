import { defineConfig } from "tsup";
import manifest from "./package.json" with { type: "json" };

/** The entry "./node" of the package is src/node.ts, and so on. */
const entries = Object.keys(manifest.exports)
  .filter((name) => !name.endsWith(".json"))
  .map((name) => (name === "." ? "index" : name.slice(2)))
  .map((name) => [name, `src/${name}.ts`] as const);

/** Files that must keep their names: pools and services start the threads, and package.json leaves the disk out of what runs in browsers. */
const apart = {
  worker: "src/parallel/worker.ts",
  "models-thread": "src/serve/models-thread.ts",
  "tracking-disk": "src/node/tracking-disk.ts",
};

export default defineConfig({
  entry: { ...Object.fromEntries(entries), ...apart },
  format: "esm",
  target: "es2022",
  platform: "neutral",
  splitting: true,
  treeshake: true,
  dts: { entry: Object.fromEntries(entries) },
  external: [/^node:/],
  removeNodeProtocol: false,
  clean: true,
});
