import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { answersOfFolder } from "./answers-of-folder.mjs";
import { page, pageScript } from "./program.mjs";
import { makeProject } from "./project.mjs";

export async function* checkWebpack({ tarball, temporary, browser }) {
  const folder = makeProject(temporary, "webpack", { "main.js": pageScript }, [tarball, "webpack@5"]);
  const webpack = createRequire(join(folder, "package.json"))("webpack");
  const consumer = `webpack ${webpack.version}`;
  const outdir = join(folder, "built");
  const stats = await promisify(webpack)({
    context: folder,
    mode: "production",
    entry: "./main.js",
    output: { path: outdir },
    performance: { hints: false },
  });
  if (stats.hasErrors() || stats.hasWarnings()) {
    yield { consumer, says: "does not build", fault: stats.toString({ all: false, errors: true, warnings: true }) };
    return;
  }
  writeFileSync(join(outdir, "index.html"), page("./main.js"));
  yield* answersOfFolder(browser, consumer, outdir);
}
