import { drawChart } from "./chart.js";
import { BLUE, heading, INK, printable, shortened } from "./theme.js";

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** What is written beside it. */
  readonly text: string;
}

const WIDTH = 640;
const BAR = { height: 20, gap: 14 };
const TOP = 78;
/** Least room for what is written beside a bar. */
const ROOM = 70;
/** Of a letter. */
const LETTER = 7.6;
/** Of names, in characters. */
const LONGEST_NAME = 40;

/** Draws bars that lie one below the other, with their names before them. */
export async function drawBars(title: string, subtitle: string, bars: readonly Bar[]): Promise<string> {
  const names = bars.map(({ name }) => shortened(printable(name), LONGEST_NAME));
  const values = bars.map(({ value }) => value);
  const least = Math.min(0, ...values);
  const room = Math.max(ROOM, ...bars.map(({ text }) => 20 + text.length * LETTER));
  const left = 24 + Math.max(0, ...names.map((name) => name.length)) * LETTER + (least < 0 ? room - 24 : 0);
  const height = Math.max(1, bars.length) * (BAR.height + BAR.gap);
  const hidden = { show: false };
  const option = {
    title: heading(title, subtitle, WIDTH / 2),
    grid: { left, top: TOP, width: WIDTH - left - room, height },
    xAxis: { type: "value", min: least, max: Math.max(0, ...values) || (least < 0 ? 0 : 1), show: false },
    yAxis: {
      type: "category",
      inverse: true,
      data: names,
      axisTick: hidden,
      axisLine: { ...hidden, onZero: false },
      axisLabel: { color: INK, fontSize: 13, interval: 0, margin: least < 0 ? room - 16 : 8 },
    },
    series: [
      {
        type: "bar",
        silent: true,
        barWidth: BAR.height,
        itemStyle: { color: BLUE },
        data: bars.map(({ value, text }) => ({
          value,
          label: { formatter: text, position: value < 0 ? "left" : "right" },
        })),
        label: { show: true, color: INK, fontSize: 13, textBorderWidth: 0 },
      },
    ],
  };
  const description = [subtitle, ...bars.map(({ name, text }) => `${name}: ${text}`)].join("; ");
  return drawChart(option, { width: WIDTH, height: TOP + height + 20 }, description);
}
