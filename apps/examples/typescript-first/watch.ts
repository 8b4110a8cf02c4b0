/** Watches a share: `bun watch.ts ACME 5`. It knows the service by what was generated, and needs neither zod nor its code. */
import { DistributedRuntime, StatorError } from "@stator/runtime-native";

import { QuotesClient } from "./generated/index.ts";

const [symbol = "ACME", count] = process.argv.slice(2);

await using runtime = await DistributedRuntime.create();
await using quotes = await QuotesClient.connect(runtime);
await quotes.waitForInstances({ timeoutMs: 5000 });
try {
  const { cents } = await quotes.latest({ symbol });
  console.log(`${symbol} costs ${cents}`);
  for await (const quote of quotes.watch({ symbol, count: count === undefined ? undefined : Number(count) })) {
    const moved = quote.change.kind === "moved" ? ` (${quote.change.cents} more)` : "";
    console.log(`${quote.cents}${moved}`);
  }
} catch (error) {
  if (!(error instanceof StatorError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
