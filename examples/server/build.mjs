import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildPage } from "./ui/build.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Processes, each with a file of its own. */
const PROCESSES = ["main", "digits", "train-models", "training-process", "healthcheck"];

/** Bundles the service: the other examples are bundled with it, packages are not. */
async function buildServer(folder) {
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

// node build.mjs [folder]: the service alone goes into another folder within this package.
const [folder] = process.argv.slice(2);
if (folder !== undefined) await buildServer(folder);
else {
  const dist = join(here, "dist");
  await rm(dist, { recursive: true, force: true });
  await buildServer(dist);
  await buildPage(join(dist, "ui"));
}
