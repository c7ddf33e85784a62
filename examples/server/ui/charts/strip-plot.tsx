import { extent, linearScale } from "./linear-scale.js";
import { useWidth } from "./use-width.js";

const ROW = 34;
/** Left of the dots stand the names. */
const MARGIN = { top: 8, right: 20, bottom: 30, left: 122 };

export interface Strip {
  readonly name: string;
  /** The class that gives it its colour. */
  readonly hue: string;
  readonly dots: readonly { readonly value: number; readonly title: string }[];
}

/** A row of dots for each of several kinds of thing, over a common axis; the largest of each is filled. */
export function StripPlot({ title, strips }: { readonly title: string; readonly strips: readonly Strip[] }) {
  const [figure, width] = useWidth<HTMLElement>(480);
  const height = MARGIN.top + strips.length * ROW + MARGIN.bottom;
  const domain = extent(strips.flatMap(({ dots }) => dots.map(({ value }) => value)));
  const x = linearScale(
    domain ?? [0, 1],
    [MARGIN.left, width - MARGIN.right],
    Math.max(2, Math.floor((width - MARGIN.left) / 110)),
  );

  return (
    <figure class="chart" ref={figure}>
      <figcaption>
        <h3>{title}</h3>
      </figcaption>
      <svg width={width} height={height} role="img" aria-label={`${title}: ${summary(strips)}`}>
        <g class="axis">
          {x.ticks.map((tick) => (
            <g key={tick}>
              <line x1={x(tick)} x2={x(tick)} y1={MARGIN.top} y2={height - MARGIN.bottom} />
              <text x={x(tick)} y={height - MARGIN.bottom + 18} text-anchor="middle">
                {x.format(tick)}
              </text>
            </g>
          ))}
        </g>
        {strips.map(({ name, hue, dots }, row) => {
          const best = Math.max(...dots.map(({ value }) => value));
          const middle = MARGIN.top + (row + 0.5) * ROW;
          return (
            <g key={name} class={hue}>
              <text class="row-name" y={middle + 4}>
                {name}
              </text>
              {dots.map(({ value, title: words }, i) => (
                <circle key={i} class={value === best ? "dot best" : "dot"} cx={x(value)} cy={middle} r={5}>
                  <title>{words}</title>
                </circle>
              ))}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

function summary(strips: readonly Strip[]): string {
  const filled = strips.filter(({ dots }) => dots.length > 0);
  if (filled.length === 0) return "nothing yet";
  return filled
    .map(({ name, dots }) => `${name}, ${dots.length}, best ${Math.max(...dots.map(({ value }) => value)).toFixed(3)}`)
    .join("; ");
}
