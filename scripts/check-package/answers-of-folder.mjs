import { answerOfPage } from "../chromium.mjs";
import { SETTINGS, serveFolder } from "../serve-folder.mjs";

/** The answers of the page that lies in `folder`. */
export async function* answersOfFolder(browser, name, folder) {
  for (const { how, headers } of SETTINGS) {
    const server = await serveFolder(folder, headers);
    yield { consumer: `${name}, ${how}`, answer: await answerOfPage(browser, server.url) };
    await server.close();
  }
}
