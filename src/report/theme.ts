/** Light to dark in even steps of lightness: the "Blues" of ColorBrewer, its last step left out so that text stands out. */
export const BLUES = ["#f7fbff", "#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#08519c"];
/** What stands for one thing among many of one kind. */
export const BLUE = "#4292c6";
/** What the eye is to find first; told from the blues by people who see no red and green too. */
export const ACCENT = "#d9480f";
/**
 * Colours of things of several kinds, told apart by people who see no red, no green or no blue; black is left to text.
 * @see M. Okabe, K. Ito: Color Universal Design, https://jfly.uni-koeln.de/color/
 */
export const KINDS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];
export const INK = "#1f2933";
export const SOFT_INK = "#52606d";
export const FAINT = "#9aa5b1";
/** Lines that lead the eye. */
export const RULE = "#e4e7eb";

/** Title and subtitle of a picture, both in the middle around `left`, in pixels. */
export function heading(title: string, subtitle: string, left: number) {
  return {
    text: printable(title),
    subtext: printable(subtitle),
    left,
    top: 10,
    textAlign: "center",
    textStyle: { color: INK, fontSize: 17 },
    subtextStyle: { color: SOFT_INK, fontSize: 13 },
  };
}

/** On one line, and without the control characters and lone surrogates that XML forbids. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]+/gu, " ");
}

/** At most so many characters, the last one an ellipsis where there were more. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most
    ? text
    : `${characters
        .slice(0, most - 1)
        .join("")
        .trimEnd()}…`;
}
