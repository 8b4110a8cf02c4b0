import type { StandardSchemaV1 } from "@standard-schema/spec";

import { type ConfigMap, configMap } from "./config-tree.ts";
import { type ConfigurationField, readField } from "./configuration-field.ts";

/** The service object that is being made. */
interface Scope {
  readonly service: string;
  readonly section: ConfigMap;
  readonly describesOnly: boolean;
  readonly fields: ConfigurationField[];
}

let scope: Scope | null = null;

/** Called by `configuration()`: reads the section of the service that is being made, if there is one. */
export function readConfigured(schema: StandardSchemaV1, values: object): ConfigurationField {
  const nothing = configMap({ layer: "default", where: "" });
  const field =
    scope === null
      ? readField("configuration", schema, values, nothing, "alone")
      : readField(scope.service, schema, values, scope.section, scope.describesOnly ? "describe" : "graph");
  scope?.fields.push(field);
  return field;
}

/** Runs `body` for what it defines: a `configuration()` in it need not have all values yet. */
export function describing<T>(body: () => T): T {
  return withSection("configuration", configMap({ layer: "default", where: "" }), true, body).made;
}

/** Makes a service whose `configuration()` reads this section; gives what it has read as well. */
export function withSection<T>(
  service: string,
  section: ConfigMap,
  describesOnly: boolean,
  make: () => T,
): { readonly made: T; readonly fields: readonly ConfigurationField[] } {
  const outer = scope;
  const own: Scope = { service, section, describesOnly, fields: [] };
  scope = own;
  try {
    return { made: make(), fields: own.fields };
  } finally {
    scope = outer;
  }
}
