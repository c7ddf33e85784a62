import { useCallback } from "preact/hooks";
import type { ServiceClient } from "../service/service-client.js";
import { sentenceOf } from "../service/service-error.js";
import { useLoaded } from "../service/use-service.js";
import { TrainForm } from "./train-form.js";
import { TrainingView } from "./training-view.js";

interface TrainViewProps {
  readonly service: ServiceClient;
  /** The training that the address names; null for the form. */
  readonly id: string | null;
}

/** A training that is named; else the form, and above it the training that runs. */
export function TrainView({ service, id }: TrainViewProps) {
  const load = useCallback(() => service.trainings(), [service]);
  const { value: trainings, error, reload } = useLoaded(service, load);
  if (id !== null) return <TrainingView key={id} service={service} id={id} />;
  const running = trainings?.find(({ state }) => state === "running") ?? null;
  return (
    <div class="train">
      <header class="view-head">
        <h2>Train the models</h2>
        <p class="soft">
          Each family searches its grid by cross-validation; the best of each is kept, and together they vote. One
          training runs at a time, and goes on if you leave this page.
        </p>
      </header>
      {running !== null && (
        <p class="notice calm">
          A training is running. <a href={`#train/${running.id}`}>Watch it</a>
        </p>
      )}
      {error !== null && (
        <p class="notice" role="alert">
          Trainings cannot be listed: {sentenceOf(error)}
        </p>
      )}
      <TrainForm
        service={service}
        running={running}
        onRefused={reload}
        onStarted={({ id: started }) => {
          location.hash = `#train/${started}`;
        }}
      />
    </div>
  );
}
