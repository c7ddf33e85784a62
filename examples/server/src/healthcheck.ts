// The HEALTHCHECK of the images: exit code 0 when every URL given answers, 1 otherwise. Default: the service in the same container.
const given = process.argv.slice(2);
const urls = given.length > 0 ? given : [`http://127.0.0.1:${process.env.PORT}/v2/health/live`];
try {
  for (const url of urls) {
    const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(2000) });
    if (!ok) throw new Error(`${url} answered ${status}`);
  }
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
