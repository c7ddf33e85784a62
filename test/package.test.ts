// What npm would publish, so dist/ must be built: `npm test` does it first.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What a user's bundler makes of a program, and the packages that it still imports. */
async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    alias: { "trellis-learn": `${root}dist/index.js` },
    external: ["seedrandom"],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    metafile: true,
    outdir: "out",
    logLevel: "error",
    splitting: false,
  });
  const packages = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  return { code: outputFiles[0]!.text, packages: [...new Set(packages)] };
}

/** "\0asm", the beginning of every wasm module, in hexadecimal. */
const WASM = "0061736d";

describe("The built package", () => {
  it("depends on seedrandom alone in its root entry.", async () => {
    const { packages } = await bundle('export * from "trellis-learn";');
    expect(packages).toEqual(["seedrandom/lib/alea.js"]);
  });

  it("has a root entry of at most 90 kB, compressed.", async () => {
    const { code } = await bundle('export * from "trellis-learn";');
    expect(gzipSync(code).length / 1024).toBeLessThan(90);
  });

  it("lets a bundler drop what is not imported: a splitter brings no forest and no kernel.", async () => {
    const all = await bundle('export * from "trellis-learn";');
    expect(all.code).toContain("RandomForestClassifier");
    expect(all.code).toContain(WASM);
    const { code } = await bundle('export { KFold } from "trellis-learn";');
    expect(code).toContain("nSplits");
    expect(code).not.toContain("RandomForestClassifier");
    expect(code).not.toContain(WASM);
  });

  it("has a worker that stands alone.", async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: [`${root}dist/worker.js`],
      bundle: true,
      write: false,
      metafile: true,
    });
    expect(Object.keys(metafile.inputs)).toHaveLength(1);
    expect(outputFiles[0]!.text).not.toContain("import.meta");
  });
});
