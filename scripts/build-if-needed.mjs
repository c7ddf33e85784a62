// Builds the library where its sources are newer than what was built of them.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = readdirSync("src", { recursive: true }).map((name) => join("src", name));
const newest = Math.max(...[...sources, "package.json"].map(modified));
if (newest > Math.min(modified("dist/index.js"), modified("dist/index.d.ts"))) {
  console.log("Building the library, which takes half a minute");
  process.exitCode = spawnSync("npm", ["run", "build", "--silent"], { stdio: "inherit", shell: true }).status ?? 1;
}
