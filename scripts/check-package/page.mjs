import { ISOLATION, serveFolder } from "../serve-folder.mjs";

/** Every page is asked twice: where its workers share memory, and where each has its own. */
export const SETTINGS = [
  { how: "isolated", headers: ISOLATION },
  { how: "not isolated", headers: {} },
];

/** What the page at `url` answers (see program.mjs). */
export async function answerOfPage(browser, url) {
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(url);
  try {
    const answer = await page.waitForFunction("globalThis.answer", undefined, { timeout: 60_000 });
    return await answer.jsonValue();
  } catch {
    return { error: `no answer in 60 s; ${problems}` };
  } finally {
    await page.close();
  }
}

/** The answers of a page that lies in `folder`. */
export async function* answersOfFolder(browser, name, folder) {
  for (const { how, headers } of SETTINGS) {
    const server = await serveFolder(folder, headers);
    yield { consumer: `${name}, ${how}`, answer: await answerOfPage(browser, server.url) };
    await server.close();
  }
}
