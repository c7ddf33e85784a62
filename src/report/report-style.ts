import { Html } from "./html.js";

/**
 * The look of a report: light or dark as the reader's system, from phones to wide screens. Pictures are drawn on white; in the
 * dark they are turned over, lightness for lightness, and keep their hues.
 */
export const STYLE = new Html(`<style>
:root {
  color-scheme: light dark;
  --page: #f5f7fa; --card: #ffffff; --ink: #1f2933; --soft: #52606d; --rule: #e4e7eb; --best: #eaf3fb; --accent: #1f6fb5;
}
@media (prefers-color-scheme: dark) {
  :root { --page: #0f1317; --card: #191919; --ink: #e4e7eb; --soft: #9aa5b1; --rule: #323a43; --best: #17293a; --accent: #6baed6; }
  .turned { filter: invert(0.9) hue-rotate(180deg); }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 "Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 40px 20px 64px; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 44px 0 14px; font-size: 1.2rem; }
p { margin: 6px 0; color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 28px 0 0; padding: 0; }
.figures > div, .card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 14px 18px; }
dt { color: var(--soft); font-size: 0.85rem; }
dd { margin: 2px 0 0; font-size: 1.45rem; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.params { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 12px 24px; margin: 0; }
.params dd { font-size: 1.05rem; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 470px), 1fr)); gap: 16px; }
figure { margin: 0; padding: 12px; overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
figure.wide { grid-column: 1 / -1; }
figure img { display: block; max-width: 100%; height: auto; margin: 0 auto; }
@media (max-width: 600px) {
  main { padding: 24px 14px 48px; }
  h1 { font-size: 1.35rem; }
  figure { padding: 8px; }
  figure.wide .turned { min-width: 560px; }
}
.table { overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 8px 14px; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-weight: 600; }
td.number, th.number { text-align: right; }
tbody tr:last-child > * { border-bottom: 0; }
tr.best > * { background: var(--best); font-weight: 600; }
small { color: var(--soft); font-size: 0.85em; font-weight: 400; }
details { margin-top: 12px; }
summary { cursor: pointer; padding: 8px 2px; color: var(--accent); }
footer { margin-top: 48px; color: var(--soft); font-size: 0.85rem; }
@media print { body { background: none; } .table, figure { break-inside: avoid; } }
</style>`);
