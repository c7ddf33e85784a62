import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { answerOfPage } from "../chromium.mjs";
import { SETTINGS } from "../serve-folder.mjs";
import { page, pageScript } from "./program.mjs";
import { makeProject } from "./project.mjs";

/** What Vite builds, and the modules of its development server. */
export async function* checkVite({ tarball, temporary, browser }) {
  const files = { "index.html": page("./main.js"), "main.js": pageScript };
  const root = makeProject(temporary, "vite", files, [tarball, "vite@8"]);
  const vite = await import(pathToFileURL(join(root, "node_modules/vite/dist/node/index.js")).href);
  const quiet = { root, logLevel: "error" };
  const ask = async (how, server) => {
    const answer = await answerOfPage(browser, server.resolvedUrls.local[0]);
    await server.close();
    return { consumer: `Vite ${vite.version} ${how}`, answer };
  };
  await vite.build(quiet);
  for (const { how, headers } of SETTINGS) {
    yield ask(`build, ${how}`, await vite.preview({ ...quiet, preview: { headers } }));
    const server = await vite.createServer({ ...quiet, server: { headers } });
    yield ask(`development server, ${how}`, await server.listen());
  }
}
