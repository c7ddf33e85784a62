import { objectiveAxis, UNIT_SCALE, valueAxis } from "./axes.js";
import { drawChart } from "./chart.js";
import type { Curve, Curves, Point } from "./curves.js";
import { BLUES, FAINT, heading, INK, KINDS, shortened } from "./theme.js";
import { written } from "./written.js";

export interface CurvesPicture {
  readonly title: string;
  /** Default: the area of the only curve, or the averages of several. */
  readonly subtitle: string | undefined;
  readonly xName: string;
  readonly yName: string;
  /** What the area below a curve is called, such as "AUC". */
  readonly areaName: string;
  /** How a curve goes from point to point: straight, or level with its end. */
  readonly step: false | "start";
  /** What guessing comes to: a line from left to right. */
  readonly chance: readonly [left: number, right: number];
  /** Classes that have no curve. */
  readonly unjudged: readonly string[];
}

interface Look {
  readonly color: string;
  readonly type?: "solid" | "dashed" | "dotted";
  readonly width?: number;
  readonly opacity?: number;
}

const SIDE = 400;
const LEFT = 72;
const LEGEND = 290;
/** Of names in the legend, in characters. */
const LONGEST_NAME = 20;
/** More classes than that are a crowd, all of one look and without names. */
const MOST_NAMED = 12;
const DASHES = ["solid", "dashed", "dotted"] as const;

/** Draws curves in the unit square, with a legend beside it where there are several. */
export async function drawCurves(curves: Curves, picture: CurvesPicture): Promise<string> {
  const { title, chance } = picture;
  const figures = figuresOf(curves, picture);
  const subtitle = picture.subtitle ?? figures.summary;
  const top = subtitle === "" ? 54 : 74;
  const lines = [...averageLines(curves, picture), ...classLines(curves, picture)];
  const guess = line(
    "by chance",
    [
      [0, chance[0]],
      [1, chance[1]],
    ],
    { color: FAINT, type: "dashed", width: 1.5 },
  );
  const names = [...lines, guess].map(({ name }) => name);
  const hasLegend = curves.averages !== null;
  const option = {
    title: heading(title, subtitle, LEFT + SIDE / 2),
    legend: { ...legend(names, top), show: hasLegend },
    grid: { left: LEFT, top, width: SIDE, height: SIDE },
    xAxis: valueAxis(picture.xName, 32, UNIT_SCALE),
    yAxis: objectiveAxis(picture.yName, UNIT_SCALE),
    series: [guess, ...lines.reverse()],
  };
  const size = { width: LEFT + SIDE + (hasLegend ? LEGEND : 32), height: top + SIDE + 56 };
  return drawChart(option, size, [subtitle, ...figures.each].join("; "));
}

function figuresOf({ classes, averages }: Curves, { areaName, unjudged }: CurvesPicture) {
  const figure = ({ name, area }: Curve) => `${shortened(name, 40)}: ${areaName} ${written(area)}`;
  if (averages === null) return { summary: figure(classes[0]!), each: [] };
  const means = `${areaName} ${written(averages.macro.area)} on average over ${classes.length} classes`;
  const without = unjudged.length === 0 ? "" : ` · no curve for ${shortened(unjudged.join(", "), 30)}`;
  return { summary: `${means}${without}`, each: [averages.micro, averages.macro, ...classes].map(figure) };
}

function classLines({ classes, averages }: Curves, picture: CurvesPicture) {
  const { step } = picture;
  if (averages === null) return [line(classes[0]!.name, classes[0]!.points, { color: KINDS[0]! }, step)];
  if (classes.length > MOST_NAMED) {
    const look = { color: BLUES[4]!, width: 1, opacity: 0.6 };
    return classes.map(({ points }) => line(`each of ${classes.length} classes`, points, look, step));
  }
  return classes.map((curve, i) => {
    const dashes = DASHES[Math.floor(i / KINDS.length) % DASHES.length]!;
    return line(named(curve, picture), curve.points, { color: KINDS[i % KINDS.length]!, type: dashes }, step);
  });
}

function averageLines({ averages }: Curves, picture: CurvesPicture) {
  if (averages === null) return [];
  const { micro, macro } = averages;
  return [
    line(named(macro, picture), macro.points, { color: INK, width: 2.5 }),
    line(named(micro, picture), micro.points, { color: INK, width: 2.5, type: "dotted" }, picture.step),
  ];
}

function named({ name, area }: Curve, { areaName }: CurvesPicture): string {
  return `${shortened(name, LONGEST_NAME)} (${areaName} ${area.toFixed(3)})`;
}

function line(name: string, data: readonly Point[], look: Look, step: CurvesPicture["step"] = false) {
  const lineStyle = { width: 2, ...look };
  return {
    name,
    type: "line",
    symbol: "none",
    silent: true,
    clip: false,
    step,
    lineStyle,
    itemStyle: { color: look.color },
    data,
  };
}

function legend(names: readonly string[], top: number) {
  return {
    orient: "vertical",
    left: LEFT + SIDE + 20,
    top,
    itemWidth: 28,
    itemHeight: 10,
    itemGap: 9,
    selectedMode: false,
    itemStyle: { opacity: 0 },
    textStyle: { color: INK, fontSize: 13 },
    data: [...new Set(names)].map((name) => ({ name })),
  };
}
