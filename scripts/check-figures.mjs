// Names every measured figure in a Markdown file in whose section, from one heading to the next, no code has a command that shows it.
// Files may be given; the default is all of the repository.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import MarkdownIt from "markdown-it";

/** A ratio, a share, milliseconds, a size, a tolerance. Limits that the code sets are written in seconds and MiB. */
const FIGURE = /\d+(?:[.,]\d+)*\s?(?:(?:x|times\s(?:as|faster|slower))\b(?!\s?\d)|%|[mµ]s\b|[kMG]B\b)|\b1e-\d+/g;
const COMMAND = /\b(?:npm run|npm test|npx|node|docker) |-- \w|\bdu -/;

const given = process.argv.slice(2);
if (given.length === 0) process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const files =
  given.length > 0 ? given : execFileSync("git", ["ls-files", "*.md"], { encoding: "utf8" }).trim().split("\n");

const markdown = new MarkdownIt({ html: true });
let figures = 0;
for (const file of files) {
  for (const section of sectionsOf(markdown.parse(readFileSync(file, "utf8"), {}))) {
    const found = section.flatMap(figuresOf);
    figures += found.length;
    if (section.some(({ token }) => codesOf(token).some((code) => COMMAND.test(code)))) continue;
    for (const { line, figure } of found) console.error(`${file}:${line}: ${figure} has no command in its section`);
    if (found.length > 0) process.exitCode = 1;
  }
}
if (!process.exitCode) console.log(`${figures} figures in ${files.length} Markdown files have a command beside them`);

/** The tokens from one heading to the next, each with its line. */
function sectionsOf(tokens) {
  const sections = [[]];
  let line = 1;
  for (const token of tokens) {
    if (token.type === "heading_open") sections.push([]);
    // The cells of a table do not know their lines; its rows do.
    line = token.map ? token.map[0] + 1 : line;
    sections.at(-1).push({ line, token });
  }
  return sections;
}

function figuresOf({ line, token }) {
  const prose = (token.children ?? []).map(proseOf).join("");
  return [...prose.matchAll(FIGURE)].map(({ 0: figure, index }) => ({
    line: line + prose.slice(0, index).split("\n").length - 1,
    figure: figure.replace("\n", " "),
  }));
}

function proseOf({ type, content }) {
  return type === "softbreak" ? "\n" : type === "text" ? content : "";
}

function codesOf({ type, content, children }) {
  const inline = (children ?? []).filter((child) => child.type === "code_inline");
  return [...(type === "fence" ? [content] : []), ...inline.map((code) => code.content)];
}
