import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const STATIC = ["index.html", "icon.svg"];

/**
 * Bundles the page into a folder that is served as it is, under /ui/. The worker that predicts is a file of its own, with the
 * library in it: the page is there before the library is.
 *
 * @param {string} folder
 */
export async function buildPage(folder) {
  await build({
    entryPoints: [join(here, "main.tsx"), join(here, "draw/infer-worker.ts"), join(here, "style.css")],
    entryNames: "[name]",
    outdir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    tsconfigRaw: {},
    // What only Node has is imported only where Node is.
    external: ["node:*"],
    logLevel: "warning",
    // The package says of itself that importing its files has no effects.
    logOverride: { "ignored-bare-import": "silent" },
  });
  for (const name of STATIC) await copyFile(join(here, name), join(folder, name));
}
