import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const venv = fileURLToPath(new URL("../test/.venv", import.meta.url));

/** The Python that the checks against real peers run. */
export const python = `${venv}/bin/python`;

/** Installs what a file of pinned requirements names and is not there yet; the first time it makes the venv. */
export function installPeers(requirements) {
  if (!existsSync(python)) execFileSync("python3", ["-m", "venv", venv], { stdio: "inherit" });
  const pinned = readFileSync(requirements, "utf8").match(/^\S+==\S+$/gm);
  const installed = execFileSync(python, ["-m", "pip", "freeze"], { encoding: "utf8" }).split("\n");
  if (pinned.every((requirement) => installed.includes(requirement))) return;
  execFileSync(python, ["-m", "pip", "install", "--quiet", "-r", requirements], { stdio: "inherit" });
}
