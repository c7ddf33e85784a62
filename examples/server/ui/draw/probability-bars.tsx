import { hueOf, titleOf } from "../families.js";
import { milliseconds, percent } from "../formats.js";
import type { Answer } from "./predictor.js";

interface BarsProps {
  readonly model: string;
  /** Null before there is a drawing. */
  readonly answer: Answer | null;
  /** The server's answer, where it is compared. */
  readonly server: Answer | null;
}

/** The digit with the largest probability; the first one of equals. */
export function topDigit({ probabilities }: Answer): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

/** Every digit with its probability in full: for the model that the page puts first. */
export function LargeBars({ model, answer, server }: BarsProps) {
  const top = answer === null ? null : topDigit(answer);
  return (
    <section class={`answer ${hueOf(model)}`} aria-label={titleOf(model)}>
      <header>
        <p class="digit">{top ?? "–"}</p>
        <div>
          <h3>{titleOf(model)}</h3>
          <p class="soft">
            {answer === null
              ? "waits for a drawing"
              : `${percent(answer.probabilities[top!]!)} sure, ${milliseconds(answer.milliseconds)}`}
          </p>
        </div>
      </header>
      <ol class="large-bars">
        {digits(answer, server).map(({ digit, share, serverShare }) => (
          <li key={digit} class={digit === top ? "winner" : ""}>
            <span class="label">{digit}</span>
            <Bar share={share} serverShare={serverShare} />
            <span class="share">{answer === null ? "" : percent(share)}</span>
          </li>
        ))}
      </ol>
      <Comparison answer={answer} server={server} />
    </section>
  );
}

/** The same in small: ten columns. */
export function SmallBars({ model, answer, server }: BarsProps) {
  const top = answer === null ? null : topDigit(answer);
  const sentence = answer === null ? "no answer yet" : `${top}, ${percent(answer.probabilities[top!]!)}`;
  return (
    <section class={`small-answer ${hueOf(model)}`} aria-label={titleOf(model)}>
      <header>
        <h3>{titleOf(model)}</h3>
        <p class="soft">{answer === null ? "" : milliseconds(answer.milliseconds)}</p>
      </header>
      <div class="small-row">
        <p class="digit">{top ?? "–"}</p>
        <div class="small-bars" role="img" aria-label={sentence}>
          {digits(answer, server).map(({ digit, share, serverShare }) => (
            <div key={digit} class={digit === top ? "winner" : ""}>
              <Bar share={share} serverShare={serverShare} />
              <span class="label">{digit}</span>
            </div>
          ))}
        </div>
      </div>
      <Comparison answer={answer} server={server} />
    </section>
  );
}

/** A gap between page and server that is marked in a bar. */
const VISIBLE = 0.005;

function Bar({ share, serverShare }: { readonly share: number; readonly serverShare: number | null }) {
  return (
    <span class="bar" style={{ "--share": share } as Record<string, number>}>
      {serverShare !== null && Math.abs(serverShare - share) > VISIBLE && (
        <i style={{ "--share": serverShare } as Record<string, number>} />
      )}
    </span>
  );
}

function Comparison({ answer, server }: { readonly answer: Answer | null; readonly server: Answer | null }) {
  if (answer === null || server === null) return null;
  const gap = Math.max(...answer.probabilities.map((share, digit) => Math.abs(share - server.probabilities[digit]!)));
  return (
    <p class="comparison soft">
      Server: {topDigit(server)} · {closeness(gap)} · {milliseconds(server.milliseconds)}
    </p>
  );
}

function closeness(gap: number): string {
  if (gap === 0) return "the same bits";
  return gap < 0.001 ? `equal to ${Math.floor(-Math.log10(gap))} decimals` : `up to ${percent(gap)} apart`;
}

function digits(answer: Answer | null, server: Answer | null) {
  return Array.from({ length: 10 }, (_, digit) => ({
    digit,
    share: answer?.probabilities[digit] ?? 0,
    serverShare: server?.probabilities[digit] ?? null,
  }));
}
