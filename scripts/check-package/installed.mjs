import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeProject } from "./project.mjs";

/** What `npm install trellis-learn` brings: which packages, how large, and no script that runs by itself. */
export function* checkInstalled({ tarball, temporary }) {
  const folder = makeProject(temporary, "installed", {}, [tarball]);
  const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  const places = Object.keys(packages).filter((place) => place !== "");
  const modules = join(folder, "node_modules");
  const sizes = readdirSync(modules, { recursive: true }).map((file) => statSync(join(modules, file)));
  const bytes = sizes.filter((entry) => entry.isFile()).reduce((sum, { size }) => sum + size, 0);
  const names = places.map((place) => place.slice("node_modules/".length));
  const scripted = places.filter((place) => packages[place].hasInstallScript);
  yield {
    consumer: "npm install",
    says: `${names.join(" and ")}, ${(bytes / 1e6).toFixed(1)} MB, ${scripted.length === 0 ? "no" : scripted} install scripts`,
    ...(scripted.length > 0 ? { fault: `runs scripts of ${scripted}` } : {}),
  };
}
