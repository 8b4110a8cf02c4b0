import { invalidArgument } from "../definition/invalid-argument.ts";
import type { ServiceDefinition } from "../definition/service-definition.ts";

/**
 * Sets the variables that the services ask for, unless they are set already: whoever starts a process knows better than the
 * code. Services that share a process and disagree are refused.
 *
 * `ours` are the names that have been set here before; it gets those that are set now.
 */
export function applyEnvironment(
  definitions: readonly (ServiceDefinition | null)[],
  ours: Set<string>,
  environment: Record<string, string | undefined> = process.env,
): void {
  const asked = new Map<string, { readonly value: string; readonly by: string }>();
  for (const definition of definitions) {
    for (const [name, value] of Object.entries(definition?.env ?? {})) {
      const by = definition?.className ?? "";
      const other = asked.get(name);
      const isFree = environment[name] === undefined || ours.has(name);
      if (other !== undefined && other.value !== value && isFree) {
        throw invalidArgument(
          `${other.by} and ${by} run in one process and ask for different values of ${name}; ` +
            "set it outside, or run them in processes of their own.",
        );
      }
      asked.set(name, { value, by });
    }
  }
  for (const [name, { value }] of asked) {
    if (environment[name] !== undefined) continue;
    environment[name] = value;
    ours.add(name);
  }
}
