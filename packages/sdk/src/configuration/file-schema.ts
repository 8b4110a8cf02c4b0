import type { GraphNode } from "../graph/service-graph.ts";
import type { JsonSchema } from "./schema-description.ts";
import { MOST_WORKERS } from "./service-settings.ts";

type Json = Readonly<Record<string, unknown>>;

const TEXT = { type: "string" };
const NAMES = { anyOf: [TEXT, { type: "array", items: TEXT }] };
const TEXTS = { type: "object", additionalProperties: { type: ["string", "number", "boolean", "null"] } };
const POSITIVE = { type: "integer", minimum: 1 };

/** What every service may be told. */
const SETTINGS: Json = {
  workers: {
    description: "Processes of the service; auto is as many as the machine carries.",
    anyOf: [{ type: "integer", minimum: 1, maximum: MOST_WORKERS }, { const: "auto" }],
  },
  port: { description: "Its HTTP port, 0 for any.", type: "integer", minimum: 0, maximum: 65_535 },
  env: { description: "Added to its environment; null takes a variable away.", ...TEXTS },
  labels: { description: "What people and tools find it by.", ...TEXTS },
  resources: {
    description: "What each of its processes needs.",
    type: "object",
    properties: {
      cpu: { type: ["number", "string"] },
      memory: { type: ["number", "string"] },
      gpu: { type: ["number", "string"] },
    },
    additionalProperties: false,
  },
  limits: {
    description: "How many calls run at once in each process.",
    type: "object",
    properties: {
      maxConcurrency: POSITIVE,
      queue: { type: "integer", minimum: 0 },
      perSecond: { type: "number", exclusiveMinimum: 0 },
      burst: POSITIVE,
      timeoutMs: POSITIVE,
    },
    additionalProperties: false,
  },
  use: { description: "Shared blocks that the service takes; later ones are stronger.", ...NAMES },
};

/** The JSON Schema of a graph's configuration file. Nothing is required: files may be parts of one configuration. */
export function fileSchema(nodes: readonly GraphNode[]): Json {
  const definitions = Object.fromEntries(nodes.map((node) => [node.definition.className, serviceSchema(node)]));
  const services = Object.fromEntries(
    nodes.flatMap(({ definition: { className, component, id } }) =>
      [className, component, id].map((name) => [name, { $ref: `#/$defs/${className}` }] as const),
    ),
  );
  const shared = {
    description: "Blocks for services that name them in use.",
    type: "object",
    additionalProperties: { type: "object" },
  };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      $schema: TEXT,
      extends: { description: "Files that this one is laid over.", ...NAMES },
      shared,
      profiles: {
        description: "What changes when --profile names it.",
        type: "object",
        additionalProperties: { type: "object", properties: { shared, ...services }, additionalProperties: false },
      },
      ...services,
    },
    additionalProperties: false,
    $defs: definitions,
  };
}

function serviceSchema({ configured: { fields } }: GraphNode): Json {
  const described = fields.map((field) => field.described);
  if (described.includes(null)) return { type: "object", properties: SETTINGS };
  const parts = described.map((schema) => partOf(schema ?? {}));
  const properties = Object.assign({}, ...parts.map((part) => part["properties"]), SETTINGS) as Json;
  const $defs = Object.assign({}, ...parts.map((part) => part["$defs"])) as Json;
  return {
    type: "object",
    properties,
    additionalProperties: parts.some((part) => isOpen(part)),
    ...(Object.keys($defs).length === 0
      ? {}
      : { $defs, $id: `stator:${Bun.hash(JSON.stringify(parts)).toString(16)}` }),
  };
}

/** Keys that are required somewhere may stand in another file. */
function partOf(schema: JsonSchema): JsonSchema {
  const { required: _required, $schema: _version, ...rest } = schema;
  return rest;
}

function isOpen({ additionalProperties }: JsonSchema): boolean {
  return additionalProperties !== undefined && additionalProperties !== false;
}
