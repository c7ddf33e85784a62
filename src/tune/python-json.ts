/** A string, or one of the words that Python writes for numbers that JSON does not have. */
const STRING_OR_WORD = /"[^"\\]*(?:\\.[^"\\]*)*"|NaN|Infinity/gs;
/** Stands for NaN while a text is parsed; JSON has infinity as a number that is too large. */
const NAN = "\u0000NaN";

/**
 * Parses JSON as Python writes it, with bare `NaN`, `Infinity` and `-Infinity`.
 *
 * @throws SyntaxError
 */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!text.includes("NaN") && !text.includes("Infinity")) throw error;
  }
  const standard = text.replace(STRING_OR_WORD, (found) => {
    if (found === "NaN") return JSON.stringify(NAN);
    return found === "Infinity" ? "1e999" : found;
  });
  return JSON.parse(standard, (_, value: unknown) => (value === NAN ? Number.NaN : value));
}

/** A number as Python writes a float: 1 is "1.0". Infinity is a number that is too large, which is JSON. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "1e999" : "-1e999";
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
