/** Leaves what `work` finds in `globalThis.answer`, where scripts/chromium.mjs waits for it. */
export async function answer(work: () => Promise<object>): Promise<void> {
  const found = await work().catch((error) => ({ error: String(error?.stack ?? error) }));
  Object.assign(globalThis, { answer: found });
}
