/** The texts of a picture, unescaped; throws where the SVG is not well-formed. */
export function textsOf(svg: string): string[] {
  const open: string[] = [];
  const texts: string[] = [];
  const markup = /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  for (let at = 0; at < svg.length; at = markup.lastIndex) {
    markup.lastIndex = at;
    const match = markup.exec(svg);
    if (match === null) throw new Error(`not well-formed: ${svg.slice(at, at + 60)}`);
    const [, closes, name, , empty, text] = match;
    if (text !== undefined) {
      if (/&(?!(amp|lt|gt|quot|#39|#x27);)/.test(text)) throw new Error(`bare ampersand: ${text}`);
      if (open.at(-1) === "text") texts.push(unescaped(text));
    } else if (closes === "/") {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
    } else if (empty === "") open.push(name!);
  }
  if (open.length > 0) throw new Error(`<${open[0]}> is not closed`);
  return texts;
}

function unescaped(text: string): string {
  const signs: Record<string, string> = {
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&#39;": "'",
    "&#x27;": "'",
    "&amp;": "&",
  };
  return text.replace(/&[^;]+;/g, (sign) => signs[sign]!);
}
