import { InvalidDataError } from "../core/errors.js";
import { drawChart } from "./chart.js";
import { BLUES, heading, INK } from "./theme.js";
import { written } from "./written.js";

/** Of an image, in pixels of the picture. */
const LONGEST_SIDE = 420;
const LEFT = 40;
const BAR = 100;
/** A cell is some 80 characters of SVG. */
const MOST_CELLS = 16_384;

/** Draws the pixels of an image, the darker the larger, with a bar that says how large. */
export async function drawHeatMap(
  values: readonly number[],
  [rows, columns]: readonly [rows: number, columns: number],
  title: string,
  subtitle: string,
): Promise<string> {
  if (values.length > MOST_CELLS) {
    throw new InvalidDataError(`an image of importances can have ${MOST_CELLS} pixels at most; got ${values.length}`);
  }
  const cell = LONGEST_SIDE / Math.max(rows, columns);
  const [width, height] = [Math.max(200, cell * columns), Math.max(120, cell * rows)];
  const [least, largest] = [Math.min(0, ...values), Math.max(0, ...values)];
  const top = subtitle === "" ? 50 : 72;
  const axis = { type: "category", show: false };
  const data = values.map((value, i) => [i % columns, Math.floor(i / columns), value]);
  const option = {
    title: heading(title, subtitle, LEFT + width / 2),
    grid: { left: LEFT, top, width, height, show: true, borderColor: "transparent", backgroundColor: BLUES[0] },
    xAxis: { ...axis, data: Array.from({ length: columns }, (_, i) => i) },
    yAxis: { ...axis, data: Array.from({ length: rows }, (_, i) => i), inverse: true },
    visualMap: {
      min: least,
      max: largest > least ? largest : least + 1,
      calculable: false,
      orient: "vertical",
      left: LEFT + width + 18,
      top: top - 16,
      itemHeight: height - 24,
      itemWidth: 14,
      text: [written(largest, 3), written(least, 3)],
      textStyle: { color: INK, fontSize: 12 },
      inRange: { color: BLUES },
    },
    series: [{ type: "heatmap", silent: true, data }],
  };
  const peak = values.indexOf(Math.max(...values));
  const most = `largest at row ${Math.floor(peak / columns)}, column ${peak % columns}`;
  return drawChart(option, { width: LEFT + width + BAR, height: top + height + 28 }, `${subtitle}; ${most}`);
}
