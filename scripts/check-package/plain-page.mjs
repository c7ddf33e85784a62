import { answersOfFolder } from "./answers-of-folder.mjs";
import { page, pageScript } from "./program.mjs";
import { makeProject } from "./project.mjs";

const importMap = {
  imports: {
    "trellis-learn": "./node_modules/trellis-learn/dist/index.js",
    "trellis-learn/datasets": "./node_modules/trellis-learn/dist/datasets.js",
  },
};

/** A page without a bundler: the files of the package as they are, found by an import map. */
export function checkPlainPage({ tarball, temporary, browser }) {
  const html = page("./main.js").replace(
    "<script",
    `<script type="importmap">${JSON.stringify(importMap)}</script><script`,
  );
  const folder = makeProject(temporary, "plain", { "index.html": html, "main.js": pageScript }, [tarball]);
  return answersOfFolder(browser, "Page without a bundler", folder);
}
