import { type Html, html } from "../report/html.js";
import type { Paths } from "./open-api.js";

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly requestBody?: {
    readonly content?: Readonly<Record<string, { readonly schema?: unknown; readonly example?: unknown }>>;
  };
  readonly responses?: Readonly<Record<string, { readonly description?: string }>>;
  readonly security?: unknown;
}

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const METHODS = ["get", "post", "put", "patch", "delete"];
const OTHERS = "Others";

/** An OpenAPI document to read, without a script: what each path does, how to call it, what it takes. */
export function docsPage(title: string, paths: Paths, url: string): string {
  const entries = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Readonly<Record<string, Operation>>)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]): Entry => ({ method: method.toUpperCase(), path, operation })),
  );
  const tags = [...new Set(entries.map(tagOf))];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<main>
<h1>${title}</h1>
<p>The same for programs: <a href="/openapi.json">/openapi.json</a>. Errors are JSON with <code>detail</code>, <code>code</code> and
<code>request_id</code>.</p>
${tags.map((tag) => html`<section><h2>${tag}</h2>${entries.filter((each) => tagOf(each) === tag).map((each) => article(each, url))}</section>`)}
</main>
</body>
</html>
`;
  return page.text;
}

const tagOf = ({ operation }: Entry) => operation.tags?.[0] ?? OTHERS;

function article({ method, path, operation }: Entry, url: string): Html {
  const { summary, description, requestBody, responses = {}, security } = operation;
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  return html`<article>
<h3><span class="method">${method}</span> <code>${path}</code></h3>
<p>${summary ?? ""}${security === undefined ? "" : " (needs the token)"}</p>
${description === undefined ? null : html`<p>${description}</p>`}
<pre>${curl(method, url + path, type, content?.example)}</pre>
${content?.schema === undefined ? null : html`<details><summary>Body: ${type ?? ""}</summary><pre>${pretty(content.schema)}</pre></details>`}
<p class="statuses">${Object.entries(responses).map(([status, { description }]) => html`<span>${status}${description === undefined ? "" : `: ${description}`}</span> `)}</p>
</article>`;
}

function curl(method: string, url: string, type: string | undefined, example: unknown): string {
  const words = ["curl", ...(method === "GET" ? [] : ["-X", method]), url];
  if (type === "application/json")
    words.push("-H", "'Content-Type: application/json'", "-d", `'${JSON.stringify(example ?? {})}'`);
  if (type === "multipart/form-data") words.push("-F", "image=@picture.png");
  return words.join(" ");
}

/** Line by line, because text has no line breaks of its own. */
function pretty(schema: unknown): Html[] {
  return JSON.stringify(schema, null, 2)
    .split("\n")
    .map((line) => html`${line}<br>`);
}

export const DOCS_STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
article { border-top: 1px solid #8884; padding: 0.5rem 0; }
h3 { margin: 0.5rem 0 0; font-weight: 500; }
.method { display: inline-block; min-width: 4rem; font-weight: 700; }
pre { padding: 0.5rem; border: 1px solid #8884; border-radius: 4px; font-size: 0.85rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.statuses span { margin-right: 1rem; font-size: 0.85rem; }
`;
