import { stringifyJson } from "../schema/json-text.ts";
import { type Choices, type ConfigNode, valueOf } from "./config-tree.ts";
import type { ServiceSettings } from "./service-settings.ts";
import type { ConfigurationField } from "./configuration-field.ts";

/**
 * What a service was told, as JSON that reads the same again: for the processes that serve it. What the class itself says
 * is left out; they know it.
 */
export function settingsDocument(fields: readonly ConfigurationField[], { limits, env }: ServiceSettings = {}): string {
  const parts = fields.map(({ section, choices }) => saidValue(section, choices) ?? {});
  return stringifyJson(
    Object.assign({}, ...parts, limits === undefined ? {} : { limits }, env === undefined ? {} : { env }),
  );
}

function saidValue(node: ConfigNode, choices: Choices): unknown {
  if (node.kind !== "map" || (choices.get(node) ?? 0) > 0) {
    return node.origin.layer === "decorator" ? undefined : valueOf(node, choices);
  }
  const said = [...node.entries].flatMap(([key, each]): [string, unknown][] => {
    const value = saidValue(each, choices);
    return value === undefined ? [] : [[key, value]];
  });
  return said.length === 0 && node.origin.layer === "decorator" ? undefined : Object.fromEntries(said);
}
