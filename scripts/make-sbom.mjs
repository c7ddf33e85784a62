// npm run sbom: bills of materials in CycloneDX, read off package-lock.json by `npm sbom`: trellis-learn.cdx.json has what the
// package brings with it, server-example.cdx.json what the service in the image does. Neither has what only development needs,
// and optional peers of the package are their users' own.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const command = ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"];
// `npm sbom --omit=dev` would leave out what development uses too, seedrandom and express among it.
const all = JSON.parse(execFileSync("npm", command, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 }));

const nameOf = (ref) => ref.slice(0, ref.lastIndexOf("@"));
/** npm names a workspace, and the whole, after the folder. */
const named = (component) => ({ ...component, name: nameOf(component["bom-ref"]) });
const components = new Map([all.metadata.component, ...all.components].map((one) => [one["bom-ref"], named(one)]));
const edges = new Map(all.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));

const isForDevelopment = (ref) =>
  components.get(ref).properties.some(({ name }) => name === "cdx:npm:package:development");

/** What a component needs to run. Of the package's own edges these are its dependencies alone, not workspaces and tools. */
function needsOf(ref) {
  const needed = edges.get(ref).filter((other) => !isForDevelopment(other));
  return nameOf(ref) === manifest.name ? needed.filter((other) => nameOf(other) in manifest.dependencies) : needed;
}

for (const name of [manifest.name, "server-example"]) {
  const [subject] = [...components.keys()].filter((ref) => nameOf(ref) === name);
  const reached = new Set([subject]);
  for (const ref of reached) for (const needed of needsOf(ref)) reached.add(needed);
  const bill = {
    ...all,
    serialNumber: `urn:uuid:${crypto.randomUUID()}`,
    metadata: { ...all.metadata, component: components.get(subject) },
    components: [...reached].filter((ref) => ref !== subject).map((ref) => components.get(ref)),
    dependencies: [...reached].map((ref) => ({ ref, dependsOn: needsOf(ref) })),
  };
  writeFileSync(`${root}${name}.cdx.json`, `${JSON.stringify(bill, null, 2)}\n`);
  console.log(`${name}.cdx.json: ${bill.components.length} components`);
}
