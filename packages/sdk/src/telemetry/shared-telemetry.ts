import { createLogger, type Metrics } from "@stator/runtime-native";

import type { ServiceDefinition } from "../definition/service-definition.ts";
import { tracer } from "../tracing/tracer.ts";
import type { Telemetry } from "./telemetry.ts";
import { wantsTelemetry } from "./wants-telemetry.ts";

/** The telemetry of this process as far as `serve()` has started it: it ends with the last that uses it. */
let running: Promise<Telemetry | null> | null = null;
let users = 0;

/** The telemetry of this process, for those services that run in it. */
export class SharedTelemetry {
  private isOver = false;

  private constructor(private readonly telemetry: Telemetry) {}

  /**
   * Starts it, if the environment asks for it and no SDK of the application is registered. Null if not, or if it cannot be
   * started, which is said in the log. `named`: the service that gives the process its name.
   */
  static async open(named: ServiceDefinition | undefined): Promise<SharedTelemetry | null> {
    if (running === null && (!wantsTelemetry(process.env) || tracer() !== null)) return null;
    users += 1;
    running ??= start(named);
    const telemetry = await running;
    if (telemetry !== null) return new SharedTelemetry(telemetry);
    left();
    return null;
  }

  showIn(metrics: Metrics): void {
    this.telemetry.showIn(metrics);
  }

  /** The last one sends what there is: in the time that is left, in milliseconds, or a little more. */
  async close(leftMs: number): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    if (left()) await this.telemetry.shutdownWithin(leftMs);
    else await this.telemetry.flush();
  }
}

/** Whether that was the last one. */
function left(): boolean {
  users -= 1;
  if (users > 0) return false;
  running = null;
  return true;
}

async function start(named: ServiceDefinition | undefined): Promise<Telemetry | null> {
  try {
    const { startTelemetry } = await import("./start-telemetry.ts");
    if (named === undefined) return startTelemetry();
    const { component, namespace } = named;
    return startTelemetry({ serviceName: component, attributes: { "service.namespace": namespace } });
  } catch (error) {
    createLogger(() => ({})).error("traces are not sent: OpenTelemetry could not be started", { error });
    return null;
  }
}
