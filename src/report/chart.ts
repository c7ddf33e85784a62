import type { EChartsCoreOption } from "echarts/core";
import { optional } from "../core/missing-package.js";
import { escaped } from "./markup.js";
import { printable } from "./theme.js";

/** Size of a picture in CSS pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** What is on every machine, in this order; the metrics of the first four are near enough for one layout. */
export const FONT_FAMILY = "Helvetica Neue, Arial, Liberation Sans, DejaVu Sans, sans-serif";

/** What every picture has: a heading, of which people who do not see it are told. */
interface Headed extends EChartsCoreOption {
  readonly title: { readonly text: string; readonly subtext: string };
}

/**
 * Draws an ECharts option as SVG text. It needs no browser: ECharts lays the picture out by itself and gives a string,
 * in which all text is escaped.
 *
 * @param description what the picture shows, in words, for those who do not see it. Default: its subtitle
 * @throws MissingPackageError if echarts is not installed
 */
export async function drawChart(
  option: Headed,
  size: PictureSize,
  description = option.title.subtext,
): Promise<string> {
  const { core, parts } = await optional(loadEcharts(), "echarts", "drawing a picture");
  core.use(parts);
  const chart = core.init(null, null, { renderer: "svg", ssr: true, ...size });
  try {
    const base = { animation: false, backgroundColor: "#fff", textStyle: { fontFamily: FONT_FAMILY } };
    chart.setOption({ ...base, ...option });
    return described(plainSvg(chart.renderToSVGString({ useViewBox: true })), option.title.text, description);
  } finally {
    chart.dispose();
  }
}

async function loadEcharts() {
  const [core, charts, components, renderers] = await Promise.all([
    import("echarts/core"),
    import("echarts/charts"),
    import("echarts/components"),
    import("echarts/renderers"),
  ]);
  const { BarChart, HeatmapChart, LineChart, ParallelChart, ScatterChart } = charts;
  const { GridComponent, LegendComponent, ParallelComponent, TitleComponent, VisualMapComponent } = components;
  return {
    core,
    parts: [
      BarChart,
      HeatmapChart,
      LineChart,
      ParallelChart,
      ScatterChart,
      GridComponent,
      LegendComponent,
      ParallelComponent,
      TitleComponent,
      VisualMapComponent,
      renderers.SVGRenderer,
    ],
  };
}

/**
 * ECharts numbers the ids of all charts of a process in one row, and marks what the mouse can be over. Numbered by picture
 * and without that, the same picture is the same text. Nothing here can match within a label: quotes in text are escaped.
 */
function plainSvg(svg: string): string {
  const ids = new Map<string, string>();
  for (const [, id] of svg.matchAll(/ id="(zr\d+-[\w-]+)"/g)) ids.set(id!, `part-${ids.size}`);
  return svg
    .replace(/<style >.*?<\/style>\n?/s, "")
    .replace(/ (?:class="zr\d+-cls-\d+"|pointer-events="\w+"|ecmeta_\w+="[^"]*")/g, "")
    .replace(/( id="|="url\(#)(zr\d+-[\w-]+)/g, (_, before: string, id: string) => before + (ids.get(id) ?? id));
}

/** With the name and the description that screen readers read out. */
export function described(svg: string, title: string, description: string): string {
  const texts = `<title>${escaped(printable(title))}</title><desc>${escaped(printable(description))}</desc>`;
  return svg.replace(/^<svg [^>]*(?=>)/, (open) => `${open} role="img"`).replace(/>/, () => `>${texts}`);
}
