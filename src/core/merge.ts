/**
 * Reads several generators at once and yields what comes first. When the reader breaks or one of them throws, `stop` is
 * called, and all are ended and awaited.
 */
export async function* merge<T>(sources: readonly AsyncGenerator<T>[], stop: () => void): AsyncGenerator<T> {
  const ask = (source: AsyncGenerator<T>) => {
    const answer = source.next().then((result) => ({ source, result }));
    answer.catch(() => {}); // It is awaited below, perhaps later than it fails.
    return answer;
  };
  const pending = new Map(sources.map((source) => [source, ask(source)]));
  try {
    while (pending.size > 0) {
      const { source, result } = await Promise.race(pending.values());
      if (result.done === true) {
        pending.delete(source);
        continue;
      }
      pending.set(source, ask(source));
      yield result.value;
    }
  } finally {
    stop();
    await Promise.allSettled(sources.map((source) => source.return(undefined)));
  }
}
