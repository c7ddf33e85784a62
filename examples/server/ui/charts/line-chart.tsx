import { extent, linearScale } from "./linear-scale.js";
import { useWidth } from "./use-width.js";

const HEIGHT = 250;
const MARGIN = { top: 14, right: 16, bottom: 34, left: 48 };

export interface Series {
  readonly name: string;
  /** The class that gives it its colour. */
  readonly hue: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

interface LineChartProps {
  readonly title: string;
  readonly xName: string;
  readonly series: readonly Series[];
  /** Keeps its value until the next point, as a best-so-far does; else points are joined by straight lines. Default false. */
  readonly steps?: boolean;
}

/** Lines over a common x axis of counts. */
export function LineChart({ title, xName, series, steps = false }: LineChartProps) {
  const [figure, width] = useWidth<HTMLElement>(480);
  const drawn = series.filter(({ points }) => points.length > 0);
  const yDomain = extent(drawn.flatMap(({ points }) => points.map(([, y]) => y)));
  const most = Math.max(2, ...drawn.flatMap(({ points }) => points.map(([x]) => x)));
  const x = linearScale([0, most], [MARGIN.left, width - MARGIN.right], 4);
  const y = linearScale(yDomain ?? [0, 1], [HEIGHT - MARGIN.bottom, MARGIN.top], 4);

  return (
    <figure class="chart" ref={figure}>
      <figcaption>
        <h3>{title}</h3>
        <Legend series={drawn} />
      </figcaption>
      <svg width={width} height={HEIGHT} role="img" aria-label={`${title}: ${summary(drawn)}`}>
        <g class="axis">
          {y.ticks.map((tick) => (
            <g key={tick}>
              <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} />
              <text x={MARGIN.left - 8} y={y(tick) + 4} text-anchor="end">
                {y.format(tick)}
              </text>
            </g>
          ))}
          {x.ticks.filter(Number.isInteger).map((tick) => (
            <text key={tick} x={x(tick)} y={HEIGHT - MARGIN.bottom + 18} text-anchor="middle">
              {tick}
            </text>
          ))}
          <text class="name" x={width - MARGIN.right} y={HEIGHT - 2} text-anchor="end">
            {xName}
          </text>
        </g>
        {drawn.map(({ name, hue, points }) => {
          const [lastX, lastY] = points.at(-1)!;
          return (
            <g key={name} class={hue}>
              <path
                class="line"
                d={pathOf(
                  points.map(([px, py]) => [x(px), y(py)]),
                  steps,
                )}
              />
              <circle class="end" cx={x(lastX)} cy={y(lastY)} r={3.5} />
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

export function Legend({ series }: { readonly series: readonly Pick<Series, "name" | "hue">[] }) {
  return (
    <ul class="legend">
      {series.map(({ name, hue }) => (
        <li key={name} class={hue}>
          {name}
        </li>
      ))}
    </ul>
  );
}

function pathOf(points: readonly (readonly [number, number])[], steps: boolean): string {
  return points
    .map(([x, y], i) =>
      i === 0
        ? `M${x.toFixed(1)},${y.toFixed(1)}`
        : `${steps ? `H${x.toFixed(1)}V` : `L${x.toFixed(1)},`}${y.toFixed(1)}`,
    )
    .join("");
}

function summary(series: readonly Series[]): string {
  if (series.length === 0) return "nothing yet";
  return series.map(({ name, points }) => `${name} ${points.at(-1)![1].toFixed(3)}`).join(", ");
}
