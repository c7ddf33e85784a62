import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { DIGIT_STROKES } from "../../../digits/src/strokes.js";
import { titleOf } from "../families.js";
import { percent } from "../formats.js";
import type { ServiceClient } from "../service/service-client.js";
import { sentenceOf } from "../service/service-error.js";
import { useLoaded } from "../service/use-service.js";
import { DigitPad } from "./digit-pad.js";
import { PixelPreview } from "./pixel-preview.js";
import { digitModels } from "./predictor.js";
import { LargeBars, SmallBars, topDigit } from "./probability-bars.js";
import type { Stroke } from "./strokes.js";
import { usePredictions } from "./use-predictions.js";

/** Milliseconds without a change after which the answer is read out. */
const QUIET = 700;
const NO_MODELS: ReturnType<typeof digitModels> = [];

/** The movements that write a digit; the sheet that they are given for is 32 x 32. */
function exampleOf(digit: number): readonly Stroke[] {
  return DIGIT_STROKES[digit]!.map((stroke) => stroke.map(([x, y]) => ({ x: x / 32, y: y / 32 })));
}

interface DrawViewProps {
  readonly service: ServiceClient;
  /** Each time that it is shown again it looks for new models. */
  readonly isShown: boolean;
}

export function DrawView({ service, isShown }: DrawViewProps) {
  const load = useCallback(async () => digitModels(await service.models()), [service]);
  const { value: models = NO_MODELS, error, reload } = useLoaded(service, load);
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const [example, setExample] = useState(0);
  const [compare, setCompare] = useState(false);
  const [said, say] = useState("");
  const { pixels, answers, serverAnswers, by, loading, problem } = usePredictions(service, models, strokes, compare);

  const answerOf = (model: string) => answers.find((answer) => answer.model === model) ?? null;
  const serverAnswerOf = (model: string) => serverAnswers.find((answer) => answer.model === model) ?? null;
  const [first, ...others] = models;

  const wasShown = useRef(true);
  useEffect(() => {
    if (isShown && !wasShown.current) reload();
    wasShown.current = isShown;
  }, [isShown, reload]);

  useEffect(() => {
    const answer = first && answers.find(({ model }) => model === first.name);
    if (!answer) return;
    const words = `${titleOf(answer.model)}: ${topDigit(answer)}, ${percent(Math.max(...answer.probabilities))}`;
    const timer = setTimeout(() => say(words), QUIET);
    return () => clearTimeout(timer);
  }, [answers, first]);

  const undo = () => {
    setStrokes(strokes.slice(0, -1));
    say(strokes.length > 0 ? "Last stroke taken back" : "Nothing to take back");
  };
  const clear = () => {
    setStrokes([]);
    say("Sheet cleared");
  };
  const loadExample = () => {
    setStrokes(exampleOf(example));
    setExample((example + 1) % DIGIT_STROKES.length);
    say(`An example of ${example}`);
  };

  return (
    <div class="draw">
      <section class="sheet" aria-label="Drawing">
        <DigitPad strokes={strokes} onChange={setStrokes} onUndo={undo} onClear={clear} onSay={say} />
        <div class="actions">
          <button type="button" onClick={undo} disabled={strokes.length === 0}>
            Undo
          </button>
          <button type="button" onClick={clear} disabled={strokes.length === 0}>
            Clear
          </button>
          <button type="button" onClick={loadExample}>
            Example
          </button>
        </div>
      </section>

      <section class="answers" aria-label="Probabilities">
        {problem !== null && (
          <p class="notice" role="alert">
            {problem}
          </p>
        )}
        {error !== null && models.length === 0 && (
          <p class="notice" role="alert">
            The models cannot be listed: {sentenceOf(error)}
          </p>
        )}
        {first && <LargeBars model={first.name} answer={answerOf(first.name)} server={serverAnswerOf(first.name)} />}
        <div class="others">
          {others.map(({ name }) => (
            <SmallBars key={name} model={name} answer={answerOf(name)} server={serverAnswerOf(name)} />
          ))}
        </div>
      </section>
      <section class="about" aria-label="About the drawing">
        <div class="seen">
          <PixelPreview pixels={pixels} />
          <div>
            <h3>What the models see</h3>
            <p class="soft">
              28 × 28 grey pixels: cropped to the ink, fitted into 20 × 20, centred by mass, as the digits of MNIST are.
            </p>
          </div>
        </div>
        <p class="soft" id="pad-keys">
          By keyboard: arrow keys move the pen (Shift: faster), <kbd>Space</kbd> sets it down and lifts it,{" "}
          <kbd>Backspace</kbd> takes back, <kbd>Delete</kbd> clears.
        </p>
        <div class="computing">
          <h3>Where it is computed</h3>
          <p class="soft">
            {by === "page" ? "In this page, by the library that trained the models." : "On the server."}
            {loading > 0 && ` Loading ${loading} of ${models.length} models…`}
          </p>
          {by === "page" && (
            <label class="switch">
              <input
                type="checkbox"
                checked={compare}
                onChange={({ currentTarget }) => setCompare(currentTarget.checked)}
              />
              Compare with the server
            </label>
          )}
        </div>
      </section>
      <p class="visually-hidden" role="status">
        {said}
      </p>
    </div>
  );
}
