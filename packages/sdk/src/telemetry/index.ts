/** Sends traces over OTLP. A program that imports only `@stator/sdk` loads none of it until its environment asks for it. */
import "../agreement.ts";

export { startTelemetry } from "./start-telemetry.ts";
export type { Telemetry } from "./telemetry.ts";
export type { TelemetryOptions } from "./telemetry-options.ts";
