import type { StandardSchemaV1 } from "@standard-schema/spec";

import { type Choices, type ConfigMap, type ConfigNode, overlay } from "./config-tree.ts";
import { pathText } from "./config-path.ts";
import { ConfigurationError, joinErrors } from "./configuration-error.ts";
import { variableName } from "./environment-entries.ts";
import { readSection, type SectionIssue } from "./read-section.ts";
import { describeSchema, type JsonSchema } from "./schema-description.ts";
import { valueNode } from "./text-node.ts";
import { type UnknownKey, unknownKeys } from "./unknown-keys.ts";

/** One `configuration()` of one service object, and what came of it. */
export interface ConfigurationField {
  readonly schema: StandardSchemaV1;
  /** What the schema accepts; null where its library cannot say. */
  readonly described: JsonSchema | null;
  /** What the class itself says, as the second argument. */
  readonly declared: ConfigMap;
  /** What was given to the schema, and how each part of it was read. */
  readonly section: ConfigMap;
  readonly choices: Choices;
  readonly output: unknown;
  readonly unknown: readonly UnknownKey[];
}

/** Reads the service's section with a schema. Throws `invalid_argument` with everything that does not fit, and where it is from. */
export function readField(
  service: string,
  schema: StandardSchemaV1,
  values: object,
  said: ConfigMap,
  mode: "graph" | "alone" | "describe",
): ConfigurationField {
  const declared = valueNode(values, { layer: "decorator", where: "configuration()" });
  if (declared.kind !== "map") {
    throw new ConfigurationError(`${service}: configuration()`, "the values must be a plain object.");
  }
  const section = overlay(declared, said) as ConfigMap;
  const described = describeSchema(schema);
  const early = described === null ? [] : unknownKeys(section, new Map(), null, described);
  // A strict schema would complain about these in its own words, without a near name.
  const checked = early.length === 0 ? section : without(section, early);
  const read = readSection(schema, checked);
  if (read === null) {
    throw new ConfigurationError(service, "the schema of a configuration cannot check asynchronously.");
  }
  if (!read.ok && mode === "describe") {
    return { schema, described, declared, section, choices: new Map(), output: {}, unknown: [] };
  }
  if (!read.ok) throw joinErrors(read.issues.map((issue) => issueError(service, issue, mode === "graph")));
  const unknown = described === null ? unknownKeys(section, read.choices, read.output, null) : early;
  return { schema, described, declared, section: checked, choices: read.choices, output: read.output, unknown };
}

function issueError(service: string, { path, message, node }: SectionIssue, inGraph: boolean): ConfigurationError {
  const name = [service, pathText(path)].filter((each) => each !== "").join(".");
  if (node !== null) {
    const { where } = node.origin;
    return new ConfigurationError(where, where === `--${name}` ? message : `${name}: ${message}`);
  }
  const remedy = `set it in a file, with ${variableName(service, path.map(String))}${inGraph ? ` or with --${name}=` : ""}`;
  return new ConfigurationError(name, `${message}; ${remedy}`);
}

/** The section without these keys. */
function without(section: ConfigMap, keys: readonly UnknownKey[]): ConfigMap {
  return pruned(
    section,
    keys.map(({ path }) => path),
  ) as ConfigMap;
}

function pruned(node: ConfigNode, paths: readonly (readonly string[])[]): ConfigNode {
  if (node.kind === "leaf" || paths.length === 0) return node;
  const below = (key: string) => paths.flatMap(([first, ...rest]) => (first === key ? [rest] : []));
  if (node.kind === "list") {
    return { ...node, items: node.items.map((item, index) => pruned(item, below(String(index)))) };
  }
  const kept = [...node.entries].flatMap(([key, each]): [string, ConfigNode][] => {
    const inside = below(key);
    return inside.some((rest) => rest.length === 0) ? [] : [[key, pruned(each, inside)]];
  });
  return { ...node, entries: new Map(kept) };
}
