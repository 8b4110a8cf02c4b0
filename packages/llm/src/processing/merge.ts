/**
 * The items of several sources, each as soon as it comes; those of one source stay in order. Of each source one item is asked for
 * at a time. The first failure ends all of them, and so does leaving the loop: `abort` then has to end what they wait for.
 */
export async function* merge<T>(
  sources: readonly AsyncGenerator<T, void>[],
  abort: () => void,
): AsyncGenerator<T, void> {
  const ready: (() => T | null)[] = [];
  let wake: (() => void) | null = null;
  let open = sources.length;
  const ask = (source: AsyncGenerator<T, void>): void => {
    const arrived = (read: () => T | null): void => {
      ready.push(read);
      wake?.();
    };
    source.next().then(
      ({ done, value }) => {
        if (done === true) open -= 1;
        else waiting.add(source);
        arrived(() => (done === true ? null : value));
      },
      (error: unknown) => {
        open -= 1;
        arrived(() => {
          throw error;
        });
      },
    );
  };
  const waiting = new Set<AsyncGenerator<T, void>>(sources);
  try {
    for (;;) {
      for (const source of waiting) ask(source);
      waiting.clear();
      const read = ready.shift();
      if (read !== undefined) {
        const item = read();
        if (item !== null) yield item;
      } else if (open === 0) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = null;
      }
    }
  } finally {
    abort();
    await Promise.allSettled(sources.map((source) => source.return()));
  }
}
