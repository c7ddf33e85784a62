// The problems of the tune benchmark, all to be minimised: peers/problems.py has the same functions, and the commands
// carry the spaces, so that both sides search the same.
import { readFileSync } from "node:fs";

const sum = (values) => values.reduce((total, value) => total + value, 0);
const valuesOf = (params) =>
  Object.keys(params)
    .sort()
    .map((name) => params[name]);

/** L. C. W. Dixon and G. P. Szegö, Towards global optimisation 2 (1978); least value 0.397887. */
function branin({ x, y }) {
  const bent = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
  return bent ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

const HEIGHTS = [1, 1.2, 3, 3.2];
const WIDTHS = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const CENTRES = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

/** The same; least value -3.32237. */
function hartmann6(params) {
  const x = valuesOf(params);
  const exponents = WIDTHS.map((widths, i) => sum(widths.map((width, d) => width * (x[d] - CENTRES[i][d]) ** 2)));
  return -sum(exponents.map((exponent, i) => HEIGHTS[i] * Math.exp(-exponent)));
}

const rastrigin = (params) => sum(valuesOf(params).map((x) => 10 + x ** 2 - 10 * Math.cos(2 * Math.PI * x)));
const sphere = (params) => sum(valuesOf(params).map((x) => x ** 2));
const PENALTIES = { a: 1, b: 0.5, c: 0, d: 0.25 };
/** A logarithmic, an integer, a categorical and a stepped parameter; least value 0. */
const mixed = ({ rate, count, kind, share }) =>
  (Math.log10(rate) + 2) ** 2 + ((count - 11) / 10) ** 2 + PENALTIES[kind] + 4 * (share - 0.3) ** 2;
/** The same with a continuous parameter. */
const mixedFive = ({ x, ...rest }) => x ** 2 + mixed(rest);

const functions = { branin, hartmann6, rastrigin, sphere, mixed, mixedFive };

/** 1 - the score that a table of tables/ has of these params. */
function errorIn({ axes, scores }) {
  return (params) => {
    const place = axes.reduce(
      (at, { name, low, step, count }) => at * count + Math.round((params[name] - low) / step),
      0,
    );
    return 1 - scores[place];
  };
}

/**
 * @param {{ problem?: string, table?: string }} command the name of a function, or the file of a table
 * @returns {(params: Record<string, any>) => number}
 */
export function problemOf({ problem, table }) {
  return table === undefined ? functions[problem] : errorIn(JSON.parse(readFileSync(table, "utf8")));
}
