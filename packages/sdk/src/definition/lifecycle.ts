import { invalidArgument } from "./invalid-argument.ts";
import { type HookDefinition, ownMembers } from "./members.ts";

type Hook = () => void | Promise<void>;

/**
 * Runs the method before the service is registered and before HTTP opens. Dependencies can be called already.
 *
 * Hooks of base classes run first, then in the order of the class body, one after another; one that throws ends the start.
 */
export function onStart(_method: Hook, context: ClassMethodDecoratorContext<unknown, Hook>): void {
  addHook("start", "@onStart", context);
}

/**
 * Runs the method when the service stops, after its last call has ended: in the reverse order of `@onStart`.
 *
 * One that throws is reported; the others run all the same.
 */
export function onShutdown(_method: Hook, context: ClassMethodDecoratorContext<unknown, Hook>): void {
  addHook("shutdown", "@onShutdown", context);
}

function addHook(kind: HookDefinition["kind"], decorator: string, context: ClassMethodDecoratorContext): void {
  if (context.static || context.private || typeof context.name !== "string") {
    throw invalidArgument(`${decorator} ${String(context.name)}: a hook is a public method of the instance.`);
  }
  ownMembers(context.metadata).hooks.push({ kind, property: context.name });
}
