import { type ParameterImportancesOptions, parameterImportances } from "../tune/parameter-importances.js";
import { drawChart } from "./chart.js";
import { BLUE, heading, INK, printable } from "./theme.js";
import { drawnTrials, type Tuning, type TuningPictureOptions } from "./tuning.js";

export interface ParameterImportancesPictureOptions
  extends Pick<TuningPictureOptions, "title" | "subtitle">,
    ParameterImportancesOptions {}

const WIDTH = 640;
const BAR = { height: 20, gap: 14 };
const TOP = 78;
const RIGHT = 70;
/** Long names are cut here, in pixels. */
const LONGEST_NAME = 200;

/**
 * Draws how much each parameter had to do with being among the best trials (see `parameterImportances`), as bars, the
 * longest on top. SVG text, the same for the same trials.
 *
 * @param tuning a study, a TpeTuner, or `{ direction, trials }`
 * @throws InvalidDataError if no trial has a finite value; MissingPackageError if echarts is not installed; what
 * `parameterImportances` throws
 */
export async function parameterImportancesPicture(
  tuning: Tuning,
  options: ParameterImportancesPictureOptions = {},
): Promise<string> {
  const { title = "Parameter importances", subtitle, ...rest } = options;
  const { complete } = drawnTrials(tuning, "parameterImportancesPicture");
  const importances = [...parameterImportances(tuning, rest)];
  const names = importances.map(([name]) => printable(name));
  const shares = importances.map(([, share]) => share);
  const left = 24 + Math.min(LONGEST_NAME, Math.max(0, ...names.map((name) => name.length)) * 8);
  const height = Math.max(1, names.length) * (BAR.height + BAR.gap);
  const hidden = { show: false };
  const option = {
    title: heading(title, subtitle ?? `what told the best of ${complete.length} trials from the rest`, WIDTH / 2),
    grid: { left, top: TOP, width: WIDTH - left - RIGHT, height },
    xAxis: { type: "value", min: 0, max: Math.max(...shares, 0) || 1, show: false },
    yAxis: {
      type: "category",
      inverse: true,
      data: names,
      axisTick: hidden,
      axisLine: hidden,
      axisLabel: { color: INK, fontSize: 13, interval: 0, width: LONGEST_NAME, overflow: "truncate" },
    },
    series: [
      {
        type: "bar",
        silent: true,
        barWidth: BAR.height,
        itemStyle: { color: BLUE, borderRadius: [0, 2, 2, 0] },
        data: shares.map((value) => ({ value, label: { formatter: share(value) } })),
        label: { show: true, position: "right", color: INK, fontSize: 13, textBorderWidth: 0 },
      },
    ],
  };
  return drawChart(option, { width: WIDTH, height: TOP + height + 20 });
}

function share(value: number): string {
  return value > 0 && value < 0.005 ? "< 0.01" : value.toFixed(2);
}
