import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { extended, type Point, paintStrokes, type Stroke } from "./strokes.js";

/** Pixels of the canvas; the page shows it smaller. */
const PIXELS = 840;
/** How far an arrow key moves the pen, as a share of the side; with Shift, and without. */
const STEP = 1 / 28;
const BIG_STEP = 4 * STEP;
const ARROWS = new Map<string, readonly [number, number]>([
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["ArrowUp", [0, -1]],
  ["ArrowDown", [0, 1]],
]);

interface DigitPadProps {
  readonly strokes: readonly Stroke[];
  onChange(strokes: readonly Stroke[]): void;
  onUndo(): void;
  onClear(): void;
  /** Says to screen readers what the pen does. */
  onSay(words: string): void;
}

/** A sheet to draw on, by mouse, finger, pen, or keyboard. */
export function DigitPad({ strokes, onChange, onUndo, onClear, onSay }: DigitPadProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [pen, setPen] = useState({ x: 0.5, y: 0.25, isDown: false });
  const drawing = useRef<number | null>(null);
  const scheme = useColourScheme();

  // Ink has another colour in the dark.
  useLayoutEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    context.strokeStyle = getComputedStyle(canvas.current!).color;
    paintStrokes(context, strokes, PIXELS);
  }, [strokes, scheme]);

  const pointOf = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = canvas.current!.getBoundingClientRect();
    return { x: (clientX - left) / width, y: (clientY - top) / height };
  };

  const start = (event: PointerEvent) => {
    if (event.button !== 0 || drawing.current !== null) return;
    drawing.current = event.pointerId;
    canvas.current!.setPointerCapture(event.pointerId);
    setPen((before) => ({ ...before, isDown: false }));
    onChange([...strokes, [pointOf(event)]]);
  };
  const move = (event: PointerEvent) => {
    if (event.pointerId !== drawing.current) return;
    const passed = event.getCoalescedEvents();
    onChange(extended(strokes, ...(passed.length > 0 ? passed : [event]).map(pointOf)));
  };
  const end = (event: PointerEvent) => {
    if (event.pointerId === drawing.current) drawing.current = null;
  };

  const press = (event: KeyboardEvent) => {
    const direction = ARROWS.get(event.key);
    if (direction !== undefined) movePen(direction, event.shiftKey ? BIG_STEP : STEP);
    else if (event.key === " ") switchPen();
    else if (event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey))) onUndo();
    else if (event.key === "Delete" || event.key === "Escape") onClear();
    else return;
    event.preventDefault();
  };
  const movePen = ([right, down]: readonly [number, number], step: number) => {
    const kept = (position: number) => Math.min(0.95, Math.max(0.05, position));
    const next = { ...pen, x: kept(pen.x + right * step), y: kept(pen.y + down * step) };
    setPen(next);
    if (pen.isDown) onChange(extended(strokes, next));
    onSay(`${pen.isDown ? "Drawing" : "Pen"} at ${Math.round(next.x * 100)} across, ${Math.round(next.y * 100)} down`);
  };
  const switchPen = () => {
    setPen({ ...pen, isDown: !pen.isDown });
    if (!pen.isDown) onChange([...strokes, [pen]]);
    onSay(pen.isDown ? "Pen up" : "Pen down: arrow keys draw");
  };

  return (
    <div class="pad">
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: the role lets all keys through to the drawing */}
      <canvas
        ref={canvas}
        width={PIXELS}
        height={PIXELS}
        tabIndex={0}
        role="application"
        aria-label="Sheet to draw a digit on"
        aria-describedby="pad-keys"
        onPointerDown={start}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={end}
        onKeyDown={press}
        onBlur={() => setPen({ ...pen, isDown: false })}
      />
      <span
        class={pen.isDown ? "pen down" : "pen"}
        style={{ "--x": pen.x, "--y": pen.y } as Record<string, number>}
        aria-hidden="true"
      />
      {strokes.length === 0 && (
        <p class="invitation" aria-hidden="true">
          Draw a digit
        </p>
      )}
    </div>
  );
}

/** "dark" or "light"; renders again when it changes. */
function useColourScheme(): string {
  const [query] = useState(() => matchMedia("(prefers-color-scheme: dark)"));
  const [isDark, setDark] = useState(query.matches);
  useEffect(() => {
    const follow = () => setDark(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, [query]);
  return isDark ? "dark" : "light";
}
