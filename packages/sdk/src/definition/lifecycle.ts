import { checkOptions, checkWhole } from "./check-options.ts";
import { invalidArgument } from "./invalid-argument.ts";
import { type HookDefinition, ownMembers } from "./members.ts";

/** What `@onStart` and `@onShutdown` take. */
export interface HookOptions {
  /** Longest time that the method may take, in milliseconds; one that takes longer counts as failed. Default: no limit. */
  timeoutMs?: number;
}

type Hook = () => void | Promise<void>;
type HookContext = ClassMethodDecoratorContext<unknown, Hook>;
type HookDecorator = (method: Hook, context: HookContext) => void;

/**
 * Runs the method before the service is registered and before HTTP opens. Dependencies can be called already.
 *
 * Hooks of base classes run first, then in the order of the class body, one after another; one that fails ends the start.
 */
export function onStart(method: Hook, context: HookContext): void;
export function onStart(options: HookOptions): HookDecorator;
export function onStart(given: Hook | HookOptions, context?: HookContext): HookDecorator | void {
  return lifecycleHook("@onStart", "start", given, context);
}

/**
 * Runs the method when the service stops, after its last call has ended: in the reverse order of `@onStart`.
 *
 * One that fails is reported; the others run all the same.
 */
export function onShutdown(method: Hook, context: HookContext): void;
export function onShutdown(options: HookOptions): HookDecorator;
export function onShutdown(given: Hook | HookOptions, context?: HookContext): HookDecorator | void {
  return lifecycleHook("@onShutdown", "shutdown", given, context);
}

function lifecycleHook(
  decorator: string,
  kind: "start" | "shutdown",
  given: Hook | HookOptions,
  context: HookContext | undefined,
): HookDecorator | void {
  if (typeof given === "function") {
    if (context === undefined) {
      throw invalidArgument(`${decorator} stands above a method: write ${decorator} without brackets.`);
    }
    return addHook(decorator, { kind, timeoutMs: null }, context);
  }
  checkOptions(decorator, given, ["timeoutMs"]);
  const timeoutMs = hookTimeout(decorator, given.timeoutMs);
  return (_method, at) => addHook(decorator, { kind, timeoutMs }, at);
}

/** Checks the time limit of a hook. */
export function hookTimeout(where: string, timeoutMs: number | undefined, option = "timeoutMs"): number | null {
  checkWhole(`${where}: ${option}`, timeoutMs, 1);
  return timeoutMs ?? null;
}

/** Adds a hook to the class under decoration. */
export function addHook(
  decorator: string,
  hook: Omit<HookDefinition, "property">,
  context: ClassMethodDecoratorContext,
): void {
  if (context.static || context.private || typeof context.name !== "string") {
    throw invalidArgument(`${decorator} ${String(context.name)}: a hook is a public method of the instance.`);
  }
  ownMembers(context.metadata).hooks.push({ ...hook, property: context.name });
}
