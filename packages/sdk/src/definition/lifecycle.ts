import { invalidArgument } from "./invalid-argument.ts";
import { type HookDefinition, ownMembers } from "./members.ts";

type Hook = () => void | Promise<void>;

/**
 * Runs the method before the service is registered and before HTTP opens. Dependencies can be called already.
 *
 * Hooks of base classes run first, then in the order of the class body, one after another; one that throws ends the start.
 */
export function onStart(_method: Hook, context: ClassMethodDecoratorContext<unknown, Hook>): void {
  addHook("@onStart", { kind: "start", timeoutMs: null }, context);
}

/**
 * Runs the method when the service stops, after its last call has ended: in the reverse order of `@onStart`.
 *
 * One that throws is reported; the others run all the same.
 */
export function onShutdown(_method: Hook, context: ClassMethodDecoratorContext<unknown, Hook>): void {
  addHook("@onShutdown", { kind: "shutdown", timeoutMs: null }, context);
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
