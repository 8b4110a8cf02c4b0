import type { ConfigMap } from "./config-tree.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { isNameOf, type LayerEntry } from "./layer-entry.ts";
import { isPlainObject, valueNode } from "./text-node.ts";

/** What a program says about its services, as strong as a command line. */
export function valueEntries(values: Readonly<Record<string, object>>, where: string): LayerEntry[] {
  return Object.entries(values).map(([name, value]) => {
    if (!isPlainObject(value)) throw new ConfigurationError(where, `what "${name}" is told must be a plain object.`);
    const origin = { layer: "command line", where } as const;
    const section = valueNode(value, origin) as ConfigMap;
    return { origin, name, section: (service) => (isNameOf(name, service) ? section : null) };
  });
}
