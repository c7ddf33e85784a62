// Reads every Markdown file of the repository as its readers do: links lead to files and headings that exist, programs compile
// against the built package, npm scripts exist, and every guide is in the list of guides. Fetches nothing. Needs dist/.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import GithubSlugger from "github-slugger";
import MarkdownIt from "markdown-it";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
const markdown = new MarkdownIt({ html: true });
const complaints = [];

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], { cwd: root })
  .toString()
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(root, file)));
const tokensOf = new Map(files.map((file) => [file, markdown.parse(readFileSync(join(root, file), "utf8"), {})]));
const programs = new Map();

for (const [file, tokens] of tokensOf) {
  for (const token of tokens) {
    const at = `${file}:${(token.map?.[0] ?? 0) + 1}`;
    for (const link of linksOf(token)) checkLink(file, at, link);
    for (const code of codesOf(token)) checkScripts(file, at, code);
    if (token.type === "fence") readProgram(file, at, token);
  }
}
checkPrograms();
checkListOfGuides();

for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exit(1);
console.log(`${files.length} Markdown files: links, npm scripts and ${programs.size} programs are sound`);

function linksOf(token) {
  const inline = (token.children ?? []).map((child) => child.attrGet("href") ?? child.attrGet("src"));
  const html = [token, ...(token.children ?? [])]
    .filter(({ type }) => type.startsWith("html_"))
    .flatMap(({ content }) => [...content.matchAll(/(?:href|src|srcset)="([^"]*)"/g)].map(([, target]) => target));
  return [...inline.filter((target) => target !== null), ...html];
}

/** Addresses elsewhere are not asked: a check must not depend on who answers. */
function checkLink(file, at, link) {
  if (/^[a-z]+:/i.test(link)) return;
  const [path, anchor] = decodeURI(link).split("#");
  const target = path === "" ? file : relative(root, resolve(root, dirname(file), path));
  if (!existsSync(join(root, target))) complaints.push(`${at}: there is no ${path}`);
  else if (anchor && !headingsOf(target).has(anchor)) complaints.push(`${at}: ${target} has no heading #${anchor}`);
}

function headingsOf(file) {
  const slugger = new GithubSlugger();
  const tokens = tokensOf.get(file) ?? [];
  const titles = tokens.filter((_, i) => tokens[i - 1]?.type === "heading_open");
  return new Set(titles.map(({ children }) => slugger.slug(children.map(({ content }) => content).join(""))));
}

function codesOf(token) {
  const inline = (token.children ?? []).filter(({ type }) => type === "code_inline");
  return [...(token.type === "fence" ? [token] : []), ...inline].map(({ content }) => content);
}

function checkScripts(file, at, code) {
  for (const [, script] of code.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)) {
    const packages = [root, join(root, dirname(file))].map((folder) => join(folder, "package.json"));
    const known = packages.some((path) => existsSync(path) && script in JSON.parse(readFileSync(path, "utf8")).scripts);
    if (!known) complaints.push(`${at}: package.json has no script ${script}`);
  }
}

function readProgram(file, at, { info, content, map }) {
  if (info === "ts") programs.set(join(root, `${file}.${map[0] + 1}.mts`), { file, line: map[0] + 2, content });
  if (info !== "js" && info !== "typescript") return;
  const fileName = info === "js" ? "program.mjs" : "program.mts";
  const { diagnostics } = ts.transpileModule(content, { reportDiagnostics: true, fileName });
  for (const { messageText } of diagnostics)
    complaints.push(`${at}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
}

/** All programs of all files, as strict modules of Node beside the package, so that they import it by its name. */
function checkPrograms() {
  const options = {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    types: ["node"],
    skipLibCheck: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.fileExists = (path) => programs.has(resolve(path)) || fileExists(path);
  host.readFile = (path) => programs.get(resolve(path))?.content ?? readFile(path);
  const program = ts.createProgram([...programs.keys()], options, host);
  for (const { file, start, messageText } of ts.getPreEmitDiagnostics(program)) {
    const of = file && programs.get(resolve(file.fileName));
    const at = of
      ? `${of.file}:${of.line + file.getLineAndCharacterOfPosition(start).line}`
      : (file?.fileName ?? "tsc");
    complaints.push(`${at}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
  }
}

function checkListOfGuides() {
  const listed = new Set(tokensOf.get("docs/README.md").flatMap(linksOf));
  for (const name of readdirSync(join(root, "docs"))) {
    if (name.endsWith(".md") && name !== "README.md" && !listed.has(name)) {
      complaints.push(`docs/README.md: ${name} is not listed`);
    }
  }
}
