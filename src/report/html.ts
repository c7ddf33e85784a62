import { escaped } from "./markup.js";
import { printable } from "./theme.js";

/** Markup that is known to be markup. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Content = Html | string | number | null | readonly Content[];

/**
 * Markup with contents. Whatever is not itself made here is text, and nothing in it can be markup; null is nothing. Contents
 * stand in elements or in quoted attributes, never in scripts or style sheets.
 */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(parts.reduce((before, part, i) => `${before}${markupOf(contents[i - 1]!)}${part}`));
}

function markupOf(content: Content): string {
  if (content === null) return "";
  if (content instanceof Html) return content.text;
  return typeof content === "object" ? content.map(markupOf).join("") : escaped(printable(String(content)));
}
