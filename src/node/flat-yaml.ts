/** What a flat map may hold: a text, a number, nothing, or an empty list or map. */
export type FlatValue = string | number | null | readonly never[] | Readonly<Record<string, never>>;

/** Line breaks of YAML 1.1 and what its readers take for unprintable; JSON escapes the rest of these by itself. */
const UNPRINTABLE = /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/gu;
const ENTRY = /^([\w.-]+):(?: (.*))?$/;
/** Escapes of double-quoted scalars that stand for something else than themselves (YAML 1.1, 5.6). */
const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\u0007",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\u001b",
  N: "\u0085",
  _: "\u00a0",
  L: "\u2028",
  P: "\u2029",
};

/** A map of scalars in YAML, a line each, its keys in order. Texts are in double quotes, which is YAML and JSON. */
export function flatYaml(values: Readonly<Record<string, FlatValue>>): string {
  const lines = Object.entries(values).map(([key, value]) => [key, scalar(value)] as const);
  return written(new Map(lines));
}

function scalar(value: FlatValue): string {
  return JSON.stringify(value).replaceAll(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function written(entries: ReadonlyMap<string, string>): string {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([key, text]) => `${key}: ${text}\n`).join("");
}

/** A map of scalars as somebody else may have written it, and its entries as they stand there. */
export class FlatYaml {
  readonly #entries: Map<string, string>;

  constructor(text: string) {
    this.#entries = new Map();
    let last = "";
    for (const line of text.split(/\r?\n/)) {
      const entry = ENTRY.exec(line);
      if (entry !== null) this.#entries.set((last = entry[1]!), entry[2] ?? "");
      else if (last !== "" && line !== "") this.#entries.set(last, `${this.#entries.get(last)}\n${line}`);
    }
  }

  /** A scalar as text; undefined where there is none. */
  get(key: string): string | undefined {
    const text = this.#entries.get(key)?.trim();
    if (text === undefined) return undefined;
    if (text.startsWith("'")) return folded(text.slice(1, -1)).replaceAll("''", "'");
    if (text.startsWith('"')) return unescaped(text.slice(1, -1));
    return folded(text);
  }

  /** The same map with other values for some of its keys. */
  with(values: Readonly<Record<string, FlatValue>>): string {
    const changed = Object.entries(values).map(([key, value]) => [key, scalar(value)] as const);
    return written(new Map([...this.#entries, ...changed]));
  }
}

/** A long scalar goes on in the next line, which stands for a space. */
function folded(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}

function unescaped(text: string): string {
  const onOneLine = folded(text.replaceAll(/\\\n\s*/g, ""));
  return onOneLine.replaceAll(/\\(?:x(..)|u(....)|U(.{8})|(.))/g, (_, x, u, U, one) => {
    const code = x ?? u ?? U;
    return code === undefined ? (ESCAPES[one] ?? one) : String.fromCodePoint(Number.parseInt(code, 16));
  });
}
