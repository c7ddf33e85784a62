import { commonJs, esModule } from "./program.mjs";
import { answerOf, makeProject } from "./project.mjs";

/** import and require() must give one and the same class. */
const both = `
import { createRequire } from "node:module";
import { RandomForest } from "trellis-learn";
const required = createRequire(import.meta.url)("trellis-learn");
const one = new required.RandomForest() instanceof RandomForest && required.RandomForest === RandomForest;
console.log(JSON.stringify({ one }));
`;

export function* checkNode({ tarball, temporary }) {
  const files = { "esm.js": esModule, "commonjs.cjs": commonJs, "both.js": both };
  const folder = makeProject(temporary, "node", files, [tarball]);
  const { version, execPath } = process;
  yield { consumer: `Node ${version}, import`, answer: answerOf(execPath, ["esm.js"], folder) };
  yield { consumer: `Node ${version}, require()`, answer: answerOf(execPath, ["commonjs.cjs"], folder) };
  const { one, error } = answerOf(execPath, ["both.js"], folder);
  const says = one ? "one class" : "two classes";
  yield { consumer: `Node ${version}, import and require()`, says, ...(one ? {} : { fault: error ?? says }) };
}
