/** Maps a domain of values onto a range of pixels, in a straight line. */
export interface LinearScale {
  (value: number): number;
  /** Round values inside the domain, about as many as were asked for. */
  readonly ticks: readonly number[];
  /** A tick with as many decimals as its neighbours need. */
  format(tick: number): string;
}

/** The end of the domain may equal its start: all values are then in the middle of the range. */
export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  count = 5,
): LinearScale {
  const [low, high] = domain;
  const [from, to] = range;
  const step = niceStep((high - low) / count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const scale = (value: number) =>
    high === low ? (from + to) / 2 : from + ((value - low) / (high - low)) * (to - from);
  return Object.assign(scale, { ticks, format: (tick: number) => tick.toFixed(decimals) });
}

/** 1, 2 or 5 times a power of ten, about as large. */
function niceStep(size: number): number {
  if (!(size > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(size));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= size * 0.75) ?? 10);
}

/** Smallest and largest of some values, with a margin; null where there are none. */
export function extent(values: readonly number[], margin = 0.05): readonly [number, number] | null {
  if (values.length === 0) return null;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = high === low ? Math.abs(high) * margin || margin : (high - low) * margin;
  return [low - room, high + room];
}
