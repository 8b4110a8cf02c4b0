import type { Serving } from "./serving.ts";
import { onStopSignals } from "./stop-signals.ts";

const running = new Set<Serving>();
let listening = false;

/**
 * The first SIGTERM or SIGINT stops everything that this process serves and exits with 0, or with 1 if a shutdown hook
 * failed. The second one exits at once.
 */
export function stopOnSignals(serving: Serving): void {
  running.add(serving);
  void serving.closed.then(() => running.delete(serving));
  if (listening) return;
  listening = true;
  onStopSignals(
    () => void stopAll(),
    (exitCode) => process.exit(exitCode),
  );
}

async function stopAll(): Promise<void> {
  const results = await Promise.allSettled([...running].map((serving) => serving.stop()));
  const failed = results.filter((result) => result.status === "rejected");
  for (const { reason } of failed) process.stderr.write(`${Bun.inspect(reason)}\n`);
  process.exit(failed.length > 0 ? 1 : 0);
}
