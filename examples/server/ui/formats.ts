const shares = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const moments = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** 0.973 is "97.3%". */
export function percent(share: number): string {
  return shares.format(share);
}

/** On one line: the space does not break. */
export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}\u00a0ms`;
}

/** "4 s", "3 min 20 s", "1 h 5 min". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

export function moment(iso: string): string {
  return moments.format(new Date(iso));
}

/** "max_depth none, n_estimators 100". */
export function paramsText(params: Readonly<Record<string, unknown>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(", ");
}

/** null is "none", as people write it into the form. */
export function valueText(value: unknown): string {
  return value === null ? "none" : String(value);
}
