// npm run check:supply [-- FOLDER]: what comes into this repository from elsewhere is pinned, and may be used. Names each fault.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
const read = (path) => readFileSync(join(root, path), "utf8");
const manifest = JSON.parse(read("package.json"));
const { packages } = JSON.parse(read("package-lock.json"));
/** Of the lock: what npm fetches, without the workspaces and the links to them. */
const fetched = Object.entries(packages).filter(([place, { link }]) => place.includes("node_modules/") && !link);
const production = fetched.filter(([, { dev }]) => !dev);

/** MPL-2.0 is resvg's, LGPL-3.0-or-later libvips's: both used as they are published, as files of their own. */
const LICENCES = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LGPL-3.0-or-later", "MIT", "MPL-2.0"];
const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall", "prepare"];

/** A licence as package.json says it, also in the form that npm no longer reads. */
function licenceOf(place, { license }) {
  if (license) return license;
  const installed = join(place, "package.json");
  if (!existsSync(join(root, installed))) return undefined;
  return JSON.parse(read(installed))
    .licenses?.map(({ type }) => type)
    .join(" OR ");
}

function* actionFaults() {
  const folder = ".github/workflows";
  for (const file of readdirSync(join(root, folder))) {
    for (const [i, line] of read(join(folder, file)).split("\n").entries()) {
      const used = /^\s*(?:- )?uses:\s*(.*)$/.exec(line)?.[1];
      if (used === undefined || /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used)) continue;
      yield `${folder}/${file}:${i + 1} uses ${used}; write OWNER/NAME@<the 40 hexadecimal digits of a commit> # vX.Y.Z`;
    }
  }
}

function* lockFaults() {
  for (const [place, { integrity, optional, os, cpu, resolved }] of fetched) {
    // Builds for platforms that the registry in use did not have: scripts/complete-lock.mjs.
    const forAnotherPlatform = optional && (os ?? cpu) && integrity === undefined;
    if (!forAnotherPlatform && !integrity?.startsWith("sha512-")) yield `${place} has no SHA-512 in package-lock.json`;
    if (resolved) yield `${place} is bound to ${resolved}; .npmrc leaves places out of package-lock.json`;
  }
  for (const [place, { link, resolved }] of Object.entries(packages)) {
    if (link && !(resolved in packages)) yield `${place} links to ${resolved}, which is no workspace`;
  }
}

function* scriptFaults() {
  for (const [place, { hasInstallScript }] of production) {
    if (hasInstallScript) yield `${place} runs a script when it is installed; production dependencies must not`;
  }
  for (const name of INSTALL_SCRIPTS) {
    if (manifest.scripts?.[name]) yield `package.json has the script ${name}, which would run at its users'`;
  }
}

function* versionFaults() {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    if (!/^\d+\.\d+\.\d+$/.test(version)) yield `package.json has ${name} ${version}; write one exact version`;
  }
  for (const [name, range] of Object.entries(manifest.peerDependencies ?? {})) {
    const [major] = /^\d+/.exec(manifest.devDependencies?.[name] ?? "") ?? [];
    if (major === undefined) yield `the peer ${name} is no devDependency, so no test runs with it`;
    else if (!new RegExp(`^\\^${major}\\.\\d+\\.\\d+$`).test(range)) {
      yield `the peer ${name} is ${range}; write ^${major}.x.y, the major that the tests run with`;
    }
  }
}

function* licenceFaults() {
  for (const [place, entry] of production) {
    const licence = licenceOf(place, entry);
    const parts = licence?.replace(/[()]/g, "").split(/ (?:AND|OR) /) ?? [];
    if (parts.length > 0 && parts.every((part) => LICENCES.includes(part))) continue;
    yield `${place} has the licence ${licence ?? "(none said)"}, which is not among ${LICENCES.join(", ")}`;
  }
}

const faults = [actionFaults, lockFaults, scriptFaults, versionFaults, licenceFaults].flatMap((check) => [...check()]);
for (const fault of faults) console.error(fault);
console.log(`${fetched.length} packages, ${production.length} of them in production: ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
