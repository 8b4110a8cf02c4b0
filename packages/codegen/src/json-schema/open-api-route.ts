import {
  camelCase,
  type Document,
  type Endpoint,
  type HttpRoute,
  type Model,
  resolveFields,
  type TypeRef,
} from "@stator/contract";
import type { JsonSchema } from "./json-schema.ts";
import { type Refer, schemaOfRef } from "./schema-of-ref.ts";

/**
 * How HTTP reaches an endpoint. A service in TypeScript says so; for contracts in Rust it is as `@api` has it by
 * default: `POST` on the endpoint's name. Null when HTTP does not reach it.
 */
export function routeOf(document: Document, endpoint: Endpoint): HttpRoute | null {
  // Streams of requests have no form in HTTP.
  if (endpoint.kind === "client-stream" || endpoint.kind === "duplex") return null;
  if (endpoint.http !== undefined) return endpoint.http;
  return document.source === "typescript"
    ? null
    : { method: "POST", path: `/${camelCase(endpoint.method)}`, format: "auto" };
}

/** `/items/:id` as OpenAPI has it: `/items/{id}`. */
export function templateOf(path: string): string {
  return path.replaceAll(/(?<=\/):([^/]+)/g, "{$1}");
}

/**
 * Where the fields of the request go: into the path, into the query where there is no body, and what is left into the
 * body. `whole` is the schema of the request, for a body that has all of it.
 */
export function requestOf(model: Model, route: HttpRoute, input: TypeRef, whole: JsonSchema, refer: Refer): JsonSchema {
  const inPath = [...route.path.matchAll(/(?<=\/):([^/]+)/g)].map((match) => match[1] as string);
  const hasBody = route.method !== "GET" && route.method !== "DELETE";
  const shape = model.shape(input);
  const fields = shape?.kind === "struct" ? resolveFields(model, shape).fields : [];
  const parameters = [
    ...inPath.map((name): JsonSchema => {
      const field = fields.find((each) => each.name === name);
      const schema = field === undefined ? { type: "string" } : schemaOfRef(field.type, refer, field.limits);
      return { name, in: "path", required: true, ...described(field?.docs), schema };
    }),
    ...(hasBody ? [] : fields.filter(({ name }) => !inPath.includes(name))).map((field): JsonSchema => ({
      name: field.name,
      in: "query",
      required: field.default === undefined && field.optional !== true,
      ...described(field.docs),
      schema: schemaOfRef(field.type, refer, field.limits),
    })),
  ];
  const schema = inPath.length === 0 ? whole : withoutFields(model, input, inPath, refer);
  return {
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody ? { requestBody: { required: true, content: { "application/json": { schema } } } } : {}),
  };
}

/** The request without the fields that stand in the path. */
function withoutFields(model: Model, input: TypeRef, names: readonly string[], refer: Refer): JsonSchema {
  const shape = model.shape(input);
  if (shape?.kind !== "struct") return { type: "object" };
  const { fields, rest } = resolveFields(model, shape);
  const left = fields.filter(({ name }) => !names.includes(name));
  const required = left
    .filter((field) => field.default === undefined && field.optional !== true)
    .map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(
      left.map((field) => [field.name, { ...schemaOfRef(field.type, refer, field.limits), ...described(field.docs) }]),
    ),
    ...(required.length === 0 ? {} : { required }),
    ...(rest === null ? {} : { additionalProperties: schemaOfRef(rest, refer) }),
  };
}

function described(docs: string | undefined): JsonSchema {
  return docs === undefined ? {} : { description: docs };
}
