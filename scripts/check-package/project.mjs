import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A fresh project in a folder of its own, with `files` and what npm installs of `packages`. */
export function makeProject(parent, name, files, packages, { scripts = false } = {}) {
  const folder = join(parent, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  const options = ["--no-audit", "--no-fund", "--loglevel=error", `--ignore-scripts=${!scripts}`];
  execFileSync("npm", ["install", ...options, ...packages], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  return folder;
}

/** What a command that prints its answer as JSON says; `error` if it prints none. */
export function answerOf(command, parameters, folder) {
  const { stdout, stderr, error } = spawnSync(command, parameters, { cwd: folder, encoding: "utf8" });
  try {
    return JSON.parse(stdout);
  } catch {
    return { error: error?.message ?? stderr };
  }
}
