import { OtlpReceiver } from "../../../../tests/support/otlp/receiver.ts";
import { Services } from "./serving.ts";

/** Services whose traces are sent to a receiver of their own. Both end with the scope. */
export class Traced extends Services {
  readonly receiver = new OtlpReceiver();

  constructor(environment: Readonly<Record<string, string>> = {}) {
    super();
    // Soon enough for a test to wait, and in batches all the same.
    const base = { OTEL_EXPORTER_OTLP_ENDPOINT: this.receiver.url, OTEL_BSP_SCHEDULE_DELAY: "20" };
    Object.assign(process.env, base, environment);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.receiver[Symbol.asyncDispose]();
    for (const name of Object.keys(process.env)) if (name.startsWith("OTEL_")) delete process.env[name];
  }
}
