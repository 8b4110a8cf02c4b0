import { camelCase, type Endpoint, messagesOf, type Model, type Service, type TypeRef } from "@stator/contract";
import { note } from "../output/header.ts";
import type { JsonSchema } from "./json-schema.ts";
import { errorResponses } from "./error-responses.ts";
import { definitions, printJson } from "./json-schema-file.ts";

const FOLDER = "components/schemas";

/**
 * A service as OpenAPI 3.1, as `@api` serves it unless it is told otherwise: each endpoint as `POST` on its name.
 * Endpoints that take a stream of requests have no form in HTTP and are left out.
 */
export function openApiFile(model: Model, service: Service, command: string): string {
  const endpoints = service.endpoints.filter(({ kind }) => kind === "unary" || kind === "server-stream");
  const reached = model.reach(endpoints.flatMap(messagesOf));
  const names = model.document.types.map(({ name }) => name).filter((name) => reached.has(name));
  return printJson({
    "x-generated": note(model.document.crate, command),
    openapi: "3.1.0",
    info: {
      title: service.name,
      ...(service.docs === undefined ? {} : { description: service.docs }),
      version: service.hash.slice(0, 12),
    },
    paths: Object.fromEntries(
      endpoints.map((each) => [`/${camelCase(each.method)}`, { post: operation(model, each) }]),
    ),
    components: {
      schemas: { ...definitions(model, names, FOLDER), StatorError: errorSchema },
      responses: { Error: { description: "The call failed.", content: json("StatorError") } },
    },
  });
}

function operation(model: Model, endpoint: Endpoint): JsonSchema {
  const input = nameOf(endpoint.input);
  const output = nameOf(endpoint.output);
  const schema = { $ref: `#/${FOLDER}/${output}` };
  const streams = { "application/x-ndjson": { schema }, "text/event-stream": { schema } };
  return {
    operationId: camelCase(endpoint.method),
    ...(endpoint.docs === undefined ? {} : { description: endpoint.docs }),
    requestBody: { required: true, content: json(model.hasOwnInput(input) ? `${input}Input` : input) },
    responses: {
      "200":
        endpoint.kind === "unary"
          ? { description: "The response.", content: json(output) }
          : { description: "A stream; the schema is that of each item.", content: streams },
      ...errorResponses(model, endpoint.error, FOLDER),
      default: { $ref: "#/components/responses/Error" },
    },
  };
}

function json(name: string): JsonSchema {
  return { "application/json": { schema: { $ref: `#/${FOLDER}/${name}` } } };
}

function nameOf(type: TypeRef): string {
  return type.kind === "ref" ? type.name : "";
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
