import { checkOptions, checkWhole } from "./check-options.ts";
import { invalidArgument } from "./invalid-argument.ts";
import { addHook } from "./lifecycle.ts";

/** What `@liveness` and `@readiness` take. */
export interface HealthOptions {
  /** Longest time for an answer, in milliseconds, at most 8000; later counts as no. Default: 1000. */
  timeoutMs?: number;
}

type HealthHook = () => boolean | Promise<boolean>;
type HookContext = ClassMethodDecoratorContext<unknown, HealthHook>;
type HealthDecorator = (method: HealthHook, context: HookContext) => void;

/** The connection of whoever asks is closed 10 s after it was opened. */
const MOST_MS = 8000;

/**
 * Says whether the service lives, for `/live` of the system server: one that says no, throws or takes too long should be
 * restarted. It is asked once the service has started. Several of a service must all say yes.
 */
export function liveness(method: HealthHook, context: HookContext): void;
export function liveness(options: HealthOptions): HealthDecorator;
export function liveness(given: HealthHook | HealthOptions, context?: HookContext): HealthDecorator | void {
  return healthHook("liveness", given, context);
}

/**
 * Says whether the service can take calls now, for `/health` and `/health/<namespace>.<component>` of the system server. One that
 * says no, throws or takes too long should get no traffic from outside; it stays in discovery. Several of a service must all
 * say yes.
 */
export function readiness(method: HealthHook, context: HookContext): void;
export function readiness(options: HealthOptions): HealthDecorator;
export function readiness(given: HealthHook | HealthOptions, context?: HookContext): HealthDecorator | void {
  return healthHook("readiness", given, context);
}

function healthHook(
  kind: "liveness" | "readiness",
  given: HealthHook | HealthOptions,
  context: HookContext | undefined,
): HealthDecorator | void {
  if (typeof given === "function") {
    if (context === undefined)
      throw invalidArgument(`@${kind} stands above a method: write @${kind} without brackets.`);
    return addHook(`@${kind}`, { kind, timeoutMs: healthTimeout(`@${kind}`, {}) }, context);
  }
  const timeoutMs = healthTimeout(`@${kind}`, given);
  return (_method, at) => addHook(`@${kind}`, { kind, timeoutMs }, at);
}

/** Checks the options; gives the time for an answer. */
export function healthTimeout(where: string, options: HealthOptions): number {
  checkOptions(where, options, ["timeoutMs"]);
  checkWhole(`${where}: timeoutMs`, options.timeoutMs, 1);
  const { timeoutMs = 1000 } = options;
  if (timeoutMs > MOST_MS) throw invalidArgument(`${where}: timeoutMs: ${timeoutMs} is more than ${MOST_MS}.`);
  return timeoutMs;
}
