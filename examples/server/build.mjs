import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Processes, each with a file of its own. */
const PROCESSES = ["main", "digits", "train-models", "training-process", "healthcheck"];

/**
 * Bundles the service into a folder within this package: the other examples are bundled with it, packages are not.
 *
 * @param {string} folder
 */
export async function buildServer(folder) {
  const { dependencies } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  await build({
    entryPoints: PROCESSES.map((name) => join(here, "src", `${name}.ts`)),
    outdir: folder,
    bundle: true,
    splitting: true,
    external: Object.keys(dependencies).filter((name) => !name.endsWith("-example")),
    platform: "node",
    target: "node20",
    format: "esm",
    tsconfigRaw: {},
    logLevel: "warning",
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = join(here, "dist");
  await rm(folder, { recursive: true, force: true });
  await buildServer(folder);
  const page = join(here, "ui", "build.mjs");
  if (existsSync(page)) await (await import(pathToFileURL(page).href)).buildPage(join(folder, "ui"));
}
