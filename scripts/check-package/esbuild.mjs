import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, version } from "esbuild";
import { answersOfFolder } from "./answers-of-folder.mjs";
import { page, pageScript } from "./program.mjs";
import { makeProject } from "./project.mjs";

/** esbuild, which does not bundle workers: the package's is copied beside the bundle. */
export async function* checkEsbuild({ tarball, temporary, browser }) {
  const folder = makeProject(temporary, "esbuild", { "main.js": pageScript }, [tarball]);
  const outdir = join(folder, "built");
  await build({
    entryPoints: [join(folder, "main.js")],
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
  });
  copyFileSync(join(folder, "node_modules/trellis-learn/dist/worker.js"), join(outdir, "worker.js"));
  writeFileSync(join(outdir, "index.html"), page("./main.js"));
  yield* answersOfFolder(browser, `esbuild ${version}`, outdir);
}
