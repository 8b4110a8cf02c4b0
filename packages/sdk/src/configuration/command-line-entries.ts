import { type ConfigMap, nested } from "./config-tree.ts";
import { parsePath } from "./config-path.ts";
import { ConfigurationError } from "./configuration-error.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { textNode } from "./text-node.ts";

/** `--Worker.model.size=3`, without the dashes: `["Worker.model.size", "3"]`. */
export type ServiceOption = readonly [path: string, value: string];

/** What the command line says about services. The path begins with the class, the component, or `namespace.component`. */
export function commandLineEntries(options: readonly ServiceOption[]): LayerEntry[] {
  return options.map(([path, value]) => {
    const origin = { layer: "command line", where: `--${path}` } as const;
    if (parsePath(path) === null) {
      throw new ConfigurationError(
        `--${path}`,
        'write --<Service>.<setting>=<value>; a key with dots is ["such.a.key"].',
      );
    }
    const node = textNode(value, origin);
    return {
      origin,
      name: path.slice(0, path.indexOf(".")),
      section: ({ className, component, id }) => {
        const name = [id, className, component].find((each) => path.startsWith(`${each}.`));
        const keys = name === undefined ? null : parsePath(path.slice(name.length + 1));
        return keys === null ? null : (nested(keys, node) as ConfigMap);
      },
    };
  });
}
