import { dataUri } from "./data-uri.js";
import { Html, html } from "./html.js";
import { STYLE } from "./report-style.js";

/** A number that is worth a card of its own. */
export interface Figure {
  readonly name: string;
  readonly value: string;
}

export interface Picture {
  readonly svg: string;
  /** Is not turned over in the dark. Default false. */
  readonly isPhotograph?: boolean;
}

export interface Section {
  readonly title: string;
  readonly content: Html;
}

/** One page that needs nothing but itself: the policy forbids it scripts, and whatever is not in it. */
export function page(title: string, lead: string, figures: readonly Figure[], sections: readonly Section[]): string {
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}</title>
${STYLE}
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<p>${lead}</p>
</header>
<dl class="figures">${figures.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${sections.map(
  (section) => html`<section>
<h2>${section.title}</h2>
${section.content}
</section>
`,
)}</main>
</body>
</html>
`.text;
}

/** Wider pictures, in pixels, have a row of the page to themselves: at half the width nobody could read them. */
const HALF = 640;

/** Pictures side by side where there is room; each is a picture of its own, in which nothing can run. */
export function gallery(pictures: readonly Picture[]): Html {
  return html`<div class="pictures">${pictures.map(({ svg, isPhotograph = false }) => {
    const look = isPhotograph ? "photograph" : "turned";
    const width = widthOf(svg) > HALF || isPhotograph ? "wide" : "half";
    return html`
<figure class="${width}"><img class="${look}" alt="${alternative(svg)}" src="${dataUri("image/svg+xml", svg)}"></figure>`;
  })}</div>`;
}

function widthOf(svg: string): number {
  return Number(/^<svg [^>]*?width="([\d.]+)"/.exec(svg)?.[1] ?? 0);
}

/** What a picture says of itself to those who do not see it, which is text that is escaped already. */
function alternative(svg: string): Html {
  const [, title = "", description = ""] = /<title>(.*?)<\/title><desc>(.*?)<\/desc>/.exec(svg) ?? [];
  return new Html(`${title}: ${description}`);
}
