// The HEALTHCHECK of the images: exit code 0 when the service in the same container answers that it lives, 1 otherwise.
const url = `http://127.0.0.1:${process.env.PORT}/v2/health/live`;
const ok = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
  (answer) => answer.ok,
  () => false,
);
process.exitCode = ok ? 0 : 1;

export {};
