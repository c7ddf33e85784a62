// TypeDoc's pages as a site: the guides of docs/README.md, in its order and under its headings, and the names of an entry by the
// folder that holds them. What GitHub shows has no front matter, so titles and groups are read from the Markdown itself.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { Comment, CommentTag, Converter, KindRouter, ReflectionKind } from "typedoc";

const guides = readGuides(readFileSync(new URL("../docs/README.md", import.meta.url), "utf8"));

const project = ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "benchmarks/README.md", "examples/*/README.md"];

/** Categories of the root entry whose names the folder of `src/` does not say well. */
const subjects = {
  core: "Data and estimators",
  compose: "Pipelines",
  dummy: "Baselines",
  linear: "Linear models",
  neural: "Neural networks",
  parallel: "Pools",
  persistence: "Saving",
  split: "Splitting",
  svm: "Support vector machines",
  tree: "Trees",
};

/** Pages of documents are called as their files are. */
class SiteRouter extends KindRouter {
  getIdealBaseName(reflection) {
    if (!reflection.isDocument()) return super.getIdealBaseName(reflection);
    const path = reflection.project.files.getReflectionPath(reflection);
    return `guides/${basename(path) === "README.md" ? path.split("/").at(-2) : basename(path, ".md").toLowerCase()}`;
  }
}

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.renderer.defineRouter("site", SiteRouter);
  app.on("bootstrapEnd", () => {
    app.options.setValue("projectDocuments", [...guides.keys(), ...project]);
    app.options.setValue("categoryOrder", [...new Set(guides.values()), "Project", "API", "Data and estimators", "*"]);
  });
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const path = document.project.files.getReflectionPath(document);
    document.name = /^# (.*)/.exec(document.content[0].text)[1];
    document.frontmatter.category = [...guides].find(([guide]) => path.endsWith(`/${guide}`))?.[1] ?? "Project";
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    for (const entry of context.project.getChildrenByKind(ReflectionKind.Module)) {
      entry.children.filter((child) => child.isReference()).forEach(nameAsDeclared);
      setCategory(entry, "API");
      if (entry.name === "trellis-learn") for (const child of entry.children) setCategory(child, subjectOf(child));
    }
  });
}

/** The files that a list of links names, each with the heading above it. */
function readGuides(markdown) {
  const found = new Map();
  let heading;
  for (const line of markdown.split("\n")) {
    heading = /^## (.*)/.exec(line)?.[1] ?? heading;
    const file = /^- \[.*?\]\((.*?)\)/.exec(line)?.[1];
    if (file) found.set(`docs/${file}`, heading);
  }
  return found;
}

/** Of two names of one thing TypeDoc takes the first for its own, and the second for another: RandomForest, RandomForestClassifier. */
function nameAsDeclared(reference) {
  const target = reference.getTargetReflectionDeep();
  if (reference.project.getSymbolIdFromReflection(target)?.qualifiedName !== reference.name) return;
  [reference.name, target.name] = [target.name, reference.name];
}

function subjectOf(reflection) {
  if (reflection.name.endsWith("Error")) return "Errors";
  const folder = reflection.project.getSymbolIdFromReflection(reflection)?.packagePath.split("/")[1] ?? "core";
  return subjects[folder] ?? folder[0].toUpperCase() + folder.slice(1).replaceAll("-", " ");
}

function setCategory(reflection, category) {
  reflection.comment ??= new Comment();
  reflection.comment.blockTags.push(new CommentTag("@category", [{ kind: "text", text: category }]));
}
