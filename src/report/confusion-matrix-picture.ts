import { InvalidDataError } from "../core/errors.js";
import type { Label } from "../core/labels.js";
import { drawChart } from "./chart.js";
import { BLUES, FAINT, heading, INK, printable } from "./theme.js";

/** Of `confusionMatrixPicture`. */
export interface ConfusionMatrixPictureOptions {
  /** What `confusionMatrix` gave: a row for each true label, a column for each predicted one; counts or shares, >= 0. */
  readonly matrix: readonly (readonly number[])[];
  /** Labels of rows and columns, in the same order. Default: 0, 1, 2 ... */
  readonly labels?: readonly Label[];
  /** Default "Confusion matrix". */
  readonly title?: string;
  /** A smaller line below the title. Default: none. */
  readonly subtitle?: string;
}

/** Above this share of the largest value white text has more contrast on a cell than ink. */
const DARK = 0.75;

/** Long labels are cut here, in pixels. */
const LONGEST_LABEL = 150;

/**
 * Draws a confusion matrix as a heat map, with its numbers in the cells and a colour bar: SVG text, the same for the same
 * input.
 *
 * @throws InvalidDataError if the matrix is empty, not square, does not fit the labels, or holds a value that is not a
 * finite number >= 0; MissingPackageError if echarts is not installed
 */
export async function confusionMatrixPicture(options: ConfusionMatrixPictureOptions): Promise<string> {
  const { matrix } = options;
  const names = (options.labels ?? matrix.map((_, i) => i)).map((label) => printable(String(label)));
  checkMatrix(matrix, names.length);
  const { title = "Confusion matrix", subtitle = "" } = options;
  const layout = layoutOf(matrix, names, title, subtitle);
  const most = Math.max(...matrix.flat()) || 1;

  const { side, left, top, right, below, labelWidth } = layout;
  const option = {
    title: heading(title, subtitle, left + side / 2),
    grid: { left, top, width: side, height: side, containLabel: false },
    xAxis: { ...axis("Predicted label", names, below + 24), axisLabel: axisLabel(layout.isUpright ? 90 : 0) },
    yAxis: { ...axis("True label", names, labelWidth + 18), axisLabel: axisLabel(0), inverse: true },
    visualMap: colourBar(most, left + side + 18, top - 16, side - 24),
    series: [{ type: "heatmap", silent: true, itemStyle: CELL_BORDER, data: cells(matrix, most, layout.fontSize) }],
  };
  return drawChart(option, { width: left + side + right, height: top + side + below + 46 });
}

const CELL_BORDER = { borderColor: "#fff", borderWidth: 1 };

/** Where things are, in pixels. */
interface Layout {
  /** Side of the square of cells, and what is left of it, above it and right of it. */
  readonly side: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  /** Room for the column labels. */
  readonly below: number;
  readonly labelWidth: number;
  /** Column labels stand upright where they would touch each other. */
  readonly isUpright: boolean;
  readonly fontSize: number;
}

function layoutOf(
  matrix: ConfusionMatrixPictureOptions["matrix"],
  names: readonly string[],
  title: string,
  subtitle: string,
): Layout {
  const longest = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
  const isDense = names.length > 16;
  const cell = Math.max(isDense ? 26 : 42, longest(matrix.flatMap((row) => row.map(written))) * 8 + 14);
  const side = Math.max(cell * names.length, 160);
  const labelWidth = Math.min(LONGEST_LABEL, longest(names) * 8);
  const isUpright = labelWidth > side / names.length - 4;
  const [left, right] = [46 + labelWidth, 84];
  // A title wider than the cells spreads to both sides of their middle.
  const titleHalf = Math.max(title.length * 5.2, subtitle.length * 3.7) + 10 - side / 2;
  return {
    side,
    left: Math.max(left, titleHalf),
    top: subtitle === "" ? 54 : 74,
    right: Math.max(right, titleHalf),
    below: isUpright ? labelWidth : 16,
    labelWidth,
    isUpright,
    fontSize: isDense ? 10 : 13,
  };
}

function axis(name: string, data: readonly string[], nameGap: number) {
  const hidden = { show: false };
  const nameTextStyle = { color: INK, fontSize: 14 };
  return {
    type: "category",
    data,
    name,
    nameLocation: "middle",
    nameGap,
    nameTextStyle,
    axisTick: hidden,
    axisLine: hidden,
  };
}

function axisLabel(rotate: number) {
  return { color: INK, fontSize: 13, interval: 0, width: LONGEST_LABEL, overflow: "truncate", rotate };
}

function colourBar(most: number, left: number, top: number, itemHeight: number) {
  return {
    min: 0,
    max: most,
    calculable: false,
    orient: "vertical",
    left,
    top,
    itemHeight,
    itemWidth: 14,
    text: [written(most), "0"],
    textStyle: { color: INK, fontSize: 12 },
    inRange: { color: BLUES },
  };
}

function cells(matrix: ConfusionMatrixPictureOptions["matrix"], most: number, fontSize: number) {
  return matrix.flatMap((row, i) =>
    row.map((value, j) => {
      const color = value > DARK * most ? "#fff" : value === 0 ? FAINT : INK;
      return {
        value: [j, i, value],
        label: { show: true, formatter: written(value), fontSize, color, textBorderWidth: 0 },
      };
    }),
  );
}

/** Counts as they are, shares with two places. */
function written(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

function checkMatrix(matrix: readonly (readonly number[])[], labels: number): void {
  if (matrix.length === 0) throw new InvalidDataError("matrix of confusionMatrixPicture must have a row; got none");
  if (labels !== matrix.length) {
    throw new InvalidDataError(
      `labels of confusionMatrixPicture must be as many as the matrix has rows (${matrix.length}); got ${labels}`,
    );
  }
  for (const [i, row] of matrix.entries()) {
    if (row.length !== matrix.length) {
      throw new InvalidDataError(
        `matrix of confusionMatrixPicture must be square (${matrix.length} x ${matrix.length}); got ${row.length} columns in row ${i}`,
        i,
      );
    }
    for (const [j, value] of row.entries()) {
      if (!(Number.isFinite(value) && value >= 0)) {
        throw new InvalidDataError(
          `matrix of confusionMatrixPicture must hold finite numbers >= 0; got ${value} in row ${i}, column ${j}`,
          i,
          j,
        );
      }
    }
  }
}
