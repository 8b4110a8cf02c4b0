import {
  camelCase,
  type Document,
  type Endpoint,
  type HttpRoute,
  messagesOf,
  type Model,
  type Service,
} from "@stator/contract";
import { note } from "../output/header.ts";
import { nameOf } from "../emit/service-file.ts";
import type { JsonSchema } from "./json-schema.ts";
import { errorResponses } from "./error-responses.ts";
import { definitions, printJson } from "./json-schema-file.ts";
import { requestOf, routeOf, templateOf } from "./open-api-route.ts";

const FOLDER = "components/schemas";

type Routed = { readonly endpoint: Endpoint; readonly route: HttpRoute };

/** Whether HTTP reaches an endpoint of a service. */
export function isOnHttp(document: Document, service: Service): boolean {
  return document.source !== "typescript" || service.endpoints.some((each) => routeOf(document, each) !== null);
}

/** A service as OpenAPI 3.1. Endpoints that HTTP does not reach are left out. */
export function openApiFile(model: Model, service: Service, command: string): string {
  const routed = service.endpoints.flatMap((endpoint): Routed[] => {
    const route = routeOf(model.document, endpoint);
    return route === null ? [] : [{ endpoint, route }];
  });
  const reached = model.reach(routed.flatMap(({ endpoint }) => messagesOf(endpoint)));
  const names = model.document.types.map(({ name }) => name).filter((name) => reached.has(name));
  return printJson({
    "x-generated": note(model.document, command),
    openapi: "3.1.0",
    info: {
      title: service.name,
      ...(service.docs === undefined ? {} : { description: service.docs }),
      version: service.hash.slice(0, 12),
    },
    paths: paths(model, routed),
    components: {
      schemas: { ...definitions(model, names, FOLDER), StatorError: errorSchema },
      responses: { Error: { description: "The call failed.", content: json(referTo("StatorError")) } },
    },
  });
}

function paths(model: Model, routed: readonly Routed[]): JsonSchema {
  const found = new Map<string, JsonSchema>();
  for (const each of routed) {
    const path = templateOf(each.route.path);
    found.set(path, { ...found.get(path), [each.route.method.toLowerCase()]: operation(model, each) });
  }
  return Object.fromEntries(found);
}

function operation(model: Model, { endpoint, route }: Routed): JsonSchema {
  const refer = (name: string): string => `#/${FOLDER}/${name}${model.hasOwnInput(name) ? "Input" : ""}`;
  const whole = { $ref: refer(nameOf(endpoint.input)) };
  const output = referTo(nameOf(endpoint.output));
  return {
    operationId: camelCase(endpoint.method),
    ...(endpoint.docs === undefined ? {} : { description: endpoint.docs }),
    ...requestOf(model, route, endpoint.input, whole, refer),
    responses: {
      "200":
        endpoint.kind === "unary"
          ? { description: "The response.", content: json(output) }
          : { description: "A stream; the schema is that of each item.", content: streams(output, route.format) },
      ...errorResponses(model, endpoint.error, FOLDER),
      default: { $ref: "#/components/responses/Error" },
    },
  };
}

function streams(schema: JsonSchema, format: HttpRoute["format"]): JsonSchema {
  return {
    ...(format === "sse" ? {} : { "application/x-ndjson": { schema } }),
    ...(format === "ndjson" ? {} : { "text/event-stream": { schema } }),
  };
}

function referTo(name: string): JsonSchema {
  return { $ref: `#/${FOLDER}/${name}` };
}

function json(schema: JsonSchema): JsonSchema {
  return { "application/json": { schema } };
}

const errorSchema: JsonSchema = {
  type: "object",
  properties: {
    error: {
      type: "object",
      properties: {
        code: { type: "string", description: "One of the error codes of the runtime; it decides the status." },
        message: { type: "string" },
        retryable: { type: "boolean", description: "Whether the same call may succeed later." },
        name: { type: "string", description: "The type of an error that the endpoint declares." },
        details: { description: "Facts about the error; of a declared one its value." },
        instance: { type: "string", description: "The instance that failed, in decimal." },
      },
      required: ["code", "message", "retryable"],
    },
  },
  required: ["error"],
};
