import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";
import { defineConfig } from "tsup";
import manifest from "./package.json" with { type: "json" };

/** The entry "./node" of the package is src/node.ts, and so on. */
const names = Object.keys(manifest.exports)
  .filter((name) => !name.endsWith(".json"))
  .map((name) => (name === "." ? "index" : name.slice(2)));

const entriesOf = (pathOf: (name: string) => string) => Object.fromEntries(names.map((name) => [name, pathOf(name)]));

/** Files that must keep their names: pools and services start the threads, and package.json leaves the disk out of what runs in browsers. */
const apart = {
  worker: "src/parallel/worker.ts",
  "models-thread": "src/serve/models-thread.ts",
  "tracking-disk": "src/node/tracking-disk.ts",
};

/**
 * Alea is CommonJS, which no page loads without a bundler; so its 1 kB is built in, as an ES module. It stays a dependency of the
 * package, so that audits and bills of materials name it.
 */
const aleaAsModule: Plugin = {
  name: "alea-as-module",
  setup: (build) =>
    build.onLoad({ filter: /seedrandom\/lib\/alea\.js$/ }, ({ path }) => ({
      contents: `const module = { exports: {} };\n${readFileSync(path, "utf8")}\nexport default module.exports;`,
    })),
};

export default defineConfig({
  entry: { ...entriesOf((name) => `src/${name}.ts`), ...apart },
  format: "esm",
  target: "es2022",
  platform: "neutral",
  splitting: true,
  treeshake: true,
  // Bundled from those of the compiler, which writes them a file each (tsconfig.declarations.json): some 50 s faster than from sources.
  dts: { entry: entriesOf((name) => `build/declarations/${name}.d.ts`) },
  external: [/^node:/],
  noExternal: ["seedrandom"],
  esbuildPlugins: [aleaAsModule],
  removeNodeProtocol: false,
  clean: true,
});
