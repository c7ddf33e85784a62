/** The command line is wrong; the message is for the person who typed it. */
export class UsageError extends Error {}

/** Runs a command line program: errors become one line each, and Ctrl-C aborts the signal. */
export async function runCommand(
  program: (args: readonly string[], signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const signal = stopOnSignals();
  try {
    await program(process.argv.slice(2), signal);
  } catch (error) {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K"); // The line of a progress display may stand there.
    console.error(signal.aborted ? "Stopped." : error instanceof Error ? error.message : String(error));
    if (process.env.DEBUG !== undefined && !(error instanceof UsageError)) console.error(error);
    process.exitCode = signal.aborted ? 130 : error instanceof UsageError ? 2 : 1;
  }
}

/** The first Ctrl-C stops the work, and the next one would end the process on the spot. */
function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => controller.abort());
  return controller.signal;
}
