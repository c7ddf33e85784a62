import { esModule } from "./program.mjs";
import { answerOf, makeProject } from "./project.mjs";

const RUNTIMES = [
  { name: "Deno", spec: "deno@2", parameters: ["run", "--quiet", "--allow-all", "esm.js"] },
  { name: "Bun", spec: "bun@1", parameters: ["esm.js"] },
];

/** Deno and Bun from the npm registry. Where one has no build for this machine there, that is said, and is no fault. */
export function* checkDenoAndBun({ tarball, temporary }) {
  for (const { name, spec, parameters } of RUNTIMES) {
    const command = name.toLowerCase();
    try {
      // Their install scripts put the program of this platform in its place.
      const folder = makeProject(temporary, command, { "esm.js": esModule }, [tarball, spec], { scripts: true });
      const program = `node_modules/.bin/${command}`;
      const version = answerOf("node", ["-p", `JSON.stringify(require("${command}/package.json").version)`], folder);
      yield { consumer: `${name} ${version}`, answer: answerOf(program, parameters, folder) };
    } catch (error) {
      yield { consumer: name, says: `not tried, as npm cannot install it here: ${error.stderr ?? error.message}` };
    }
  }
}
