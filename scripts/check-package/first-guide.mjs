import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import MarkdownIt from "markdown-it";

const GUIDE = "docs/first-model.md";
const guide = readFileSync(new URL(`../../${GUIDE}`, import.meta.url), "utf8");

/**
 * Does in an empty folder what the first guide says, in its order and as it stands: a program is saved under the name that the text
 * before it gives, a command is run. Only the package is the packed one.
 */
export function* checkFirstGuide({ tarball, temporary }) {
  const folder = join(temporary, "newcomer");
  mkdirSync(folder);
  const started = performance.now();
  const [programs, commands] = [[], []];
  let name;
  for (const { type, info, content } of new MarkdownIt().parse(guide, {})) {
    if (type === "inline") name = /`([\w-]+\.mjs)`/.exec(content)?.[1] ?? name;
    if (type !== "fence") continue;
    if (info === "js") {
      writeFileSync(join(folder, name), content);
      programs.push({ name, prints: promised(content) });
    }
    if (info !== "sh") continue;
    for (const command of content.trim().split("\n")) {
      commands.push(command);
      const typed = command === "npm install trellis-learn" ? `npm install ${tarball}` : command;
      const { prints } = programs.find((program) => command === `node ${program.name}`) ?? {};
      const fault = run(typed, folder, prints);
      if (fault) return void (yield { consumer: GUIDE, says: `stops at ${command}`, fault });
    }
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const notRun = programs.filter((program) => !commands.includes(`node ${program.name}`));
  yield {
    consumer: `${GUIDE}, typed as it stands`,
    says: `${programs.length} programs and ${commands.length} commands work in ${seconds} s`,
    fault: notRun.length > 0 ? `it does not say how to run ${notRun.map((program) => program.name)}` : undefined,
  };
}

/** What the comments behind `console.log(...);` say that it prints. */
const promised = (program) =>
  [...program.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, said]) => said).join("\n");

/** What is wrong with a command: it fails, or does not print what it shall; null if nothing is. */
function run(command, cwd, prints) {
  const { status, stdout, stderr } = spawnSync(command, { cwd, encoding: "utf8", shell: true });
  if (status !== 0) return `${command} fails: ${stderr.trim()}`;
  const printed = stdout.trim();
  return prints === undefined || printed === prints ? null : `${command} prints ${printed} in place of ${prints}`;
}
