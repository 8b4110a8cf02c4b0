/** Type tests: `tsc` checks this file. Every `@ts-expect-error` is a mistake that the compiler must refuse. */
import { AlwaysOnSampler, InMemorySpanExporter } from "@opentelemetry/sdk-trace";

import { startTelemetry, type Telemetry, type TelemetryOptions } from "./index.ts";

/** `true` where the types are the same; `any` is the same as nothing. */
type Same<A, B> = 0 extends 1 & A ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false;

export const isMaybeNothing: Same<ReturnType<typeof startTelemetry>, Telemetry | null> = true;

export const options: TelemetryOptions = {
  serviceName: "a",
  attributes: { "service.version": "1.2.0", shards: 3 },
  exporter: new InMemorySpanExporter(),
  sampler: new AlwaysOnSampler(),
  processors: [],
};

// @ts-expect-error no such option
startTelemetry({ servicename: "a" });
// @ts-expect-error attributes by name, not as the environment has them
startTelemetry({ attributes: "team=a" });
// @ts-expect-error an exporter, not its name
startTelemetry({ exporter: "otlp" });

export async function ended(telemetry: Telemetry): Promise<void> {
  const figures: readonly [number, number] = [telemetry.sent, telemetry.failed];
  // @ts-expect-error what is counted cannot be set
  telemetry.sent = figures[0];
  await telemetry.flush(100);
  await telemetry.shutdown();
  await using _ = telemetry;
}
