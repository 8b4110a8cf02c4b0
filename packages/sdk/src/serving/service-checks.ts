import type { Clock, ServiceHealth } from "@stator/runtime-native";

import type { ServiceDefinition } from "../definition/service-definition.ts";
import { HealthCheck } from "./health-check.ts";

/** Time that the event loop gets beside the hooks' own. */
const LOOP_MS = 500;
/** What a process without hooks gets. */
const LEAST_MS = 1000;

/** How one service object fares, as its hooks say. */
export class ServiceChecks {
  private readonly checks: Readonly<Record<"liveness" | "readiness", readonly HealthCheck[]>>;
  /** How long the hooks may take altogether: they are asked at the same time. */
  readonly longestMs: number;

  constructor(
    private readonly definition: ServiceDefinition,
    instance: object,
    clock: Clock,
  ) {
    const of = (kind: "liveness" | "readiness") =>
      definition.hooks.flatMap((hook) => {
        if (hook.kind !== kind) return [];
        const method = (instance as Record<string, unknown>)[hook.property] as () => boolean | Promise<boolean>;
        return [new HealthCheck(hook.property, hook.timeoutMs ?? LEAST_MS, clock, () => method.call(instance))];
      });
    this.checks = { liveness: of("liveness"), readiness: of("readiness") };
    this.longestMs = Math.max(0, ...definition.hooks.map((hook) => hook.timeoutMs ?? 0));
  }

  async ask(kind: "liveness" | "readiness"): Promise<ServiceHealth> {
    const answers = await Promise.all(this.checks[kind].map((check) => check.ask()));
    const problems = answers.filter((answer) => answer !== null);
    const message = problems.length === 0 ? null : problems.join("; ");
    return { service: this.definition.id, ready: message === null, message };
  }
}

/** How long a process with these services may take to say how it fares, in milliseconds. */
export function patienceOf(checks: readonly ServiceChecks[]): number {
  return Math.max(LEAST_MS, ...checks.map((each) => each.longestMs)) + LOOP_MS;
}
