import { camelCase, type Endpoint, kebabCase, type Model, type Service } from "@stator/contract";
import { GENERATION } from "../output/generation.ts";
import { Imports } from "./imports.ts";
import { printDocs } from "./print-docs.ts";
import { errorFileOf, nameOf, typeFileOf } from "./service-file.ts";

const runtime = "@stator/runtime-native";

/** The file of a service's client: a class with one method for each endpoint. */
export function clientFile(model: Model, service: Service): string {
  const imports = new Imports();
  for (const name of ["CallOptions", "Client", "ClientOptions", "DistributedRuntime"]) imports.type(runtime, name);
  const name = `${service.name}Client`;
  const fields = service.endpoints.map(
    (endpoint) => `  readonly #${field(endpoint)}: ${clientType(model, imports, endpoint)};`,
  );
  const parameters = service.endpoints.map(
    (endpoint) => `    ${field(endpoint)}: ${clientType(model, imports, endpoint)},`,
  );
  const assignments = service.endpoints.map((endpoint) => `    this.#${field(endpoint)} = ${field(endpoint)};`);
  const contract = imports.value(`../services/${kebabCase(service.name)}.ts`, `${service.name}Contract`);
  const connections = service.endpoints.map(
    (endpoint) =>
      `      await component.endpoint(${JSON.stringify(endpoint.name)})` +
      `.client({ idempotent: ${endpoint.idempotent}, contract: ${contract}.endpoints.${camelCase(endpoint.method)}, ...options }),`,
  );
  const all = `[${service.endpoints.map((endpoint) => `this.#${field(endpoint)}`).join(", ")}]`;
  const body = [
    printDocs(
      (service.docs === undefined ? "" : `${service.docs}\n\n`) +
        "Requests and responses are checked; a failed check throws `invalid_request` or `invalid_response`.",
    ) + `export class ${name} implements AsyncDisposable {`,
    ...fields,
    "",
    "  private constructor(",
    ...parameters,
    "  ) {",
    ...assignments,
    "  }",
    "",
    `  /** Opens a client for each endpoint of \`${service.namespace}.${service.component}\`. */`,
    `  static async connect(runtime: DistributedRuntime, options: ClientOptions = {}): Promise<${name}> {`,
    `    const component = runtime.namespace(${JSON.stringify(service.namespace)}).component(${JSON.stringify(service.component)});`,
    `    return new ${name}(`,
    ...connections,
    "    );",
    "  }",
    "",
    ...service.endpoints.flatMap((endpoint) => [method(model, imports, service, endpoint), ""]),
    "  /** Waits until each endpoint has an instance. */",
    `  async waitForInstances(options?: Parameters<Client<unknown, unknown>["waitForInstances"]>[0]): Promise<void> {`,
    `    await Promise.all(${all}.map((client) => client.waitForInstances(options)));`,
    "  }",
    "",
    "  /** Closes the clients. Calls that are open end with an error. */",
    "  async close(): Promise<void> {",
    `    await Promise.all(${all}.map((client) => client.close()));`,
    "  }",
    "",
    "  async [Symbol.asyncDispose](): Promise<void> {",
    "    await this.close();",
    "  }",
    "}",
  ].join("\n");
  return `${imports.print().join("\n")}\n\n${body}\n`;
}

function method(model: Model, imports: Imports, service: Service, endpoint: Endpoint): string {
  const input = nameOf(endpoint.input);
  const output = nameOf(endpoint.output);
  const checked = imports.value("./checked.ts", "checked");
  imports.value(typeFileOf(endpoint.input), input);
  imports.value(typeFileOf(endpoint.output), output);
  const path = JSON.stringify(`${service.namespace}.${service.component}.${endpoint.name}`);
  const timeout = endpoint.timeoutMs === undefined ? "options" : `{ timeoutMs: ${endpoint.timeoutMs}, ...options }`;
  const streamsIn = endpoint.kind === "client-stream" || endpoint.kind === "duplex";
  const request = streamsIn
    ? `${imports.value("./checked.ts", "checkedEach")}(${input}, requests, ${path})`
    : `${checked}(${input}, request, "invalid_request", ${path})`;
  const call = `this.#${field(endpoint)}.generate(${request}, ${timeout})`;
  const type = requestType(model, imports, endpoint);
  const parameters = `${streamsIn ? `requests: Requests<${type}>` : `request: ${type}`}, options?: CallOptions`;
  if (streamsIn) imports.type("./checked.ts", "Requests");
  const check = (value: string): string => `${checked}(${output}, ${value}, "invalid_response", ${path})`;
  const error =
    endpoint.error === undefined ? null : imports.value(errorFileOf(endpoint.error), nameOf(endpoint.error));
  const received = error === null ? "" : `, (error) => ${error}.received(error, ${path})`;
  const lines = streams(endpoint)
    ? [
        `  ${camelCase(endpoint.method)}(${parameters}): ${imports.value("../support/checked-response.ts", "CheckedResponse")}<${output}> {`,
        `    const response = ${call};`,
        `    return new CheckedResponse(response, (item) => ${check("item")}${received});`,
        "  }",
      ]
    : [
        `  async ${camelCase(endpoint.method)}(${parameters}): Promise<${output}> {`,
        ...(error === null
          ? [`    return ${check(`await ${call}.one()`)};`]
          : [
              `    const call = ${call};`,
              `    const answer = await ${imports.value("./checked.ts", "receivedOne")}(${error}, call.one(), ${path});`,
              `    return ${check("answer")};`,
            ]),
        "  }",
      ];
  return printDocs(endpoint.docs, "  ") + lines.join("\n");
}

function streams(endpoint: Endpoint): boolean {
  return endpoint.kind === "server-stream" || endpoint.kind === "duplex";
}

function clientType(model: Model, imports: Imports, endpoint: Endpoint): string {
  const input = nameOf(endpoint.input);
  imports.type(typeFileOf(endpoint.input), input);
  return `Client<${input}, unknown>`;
}

function requestType(model: Model, imports: Imports, endpoint: Endpoint): string {
  const input = nameOf(endpoint.input);
  const type = model.hasOwnInput(input) ? `${input}Input` : input;
  imports.type(typeFileOf(endpoint.input), type);
  return type;
}

/** `close` and the like are taken by the client itself, so endpoints' private fields have a name of their own. */
function field(endpoint: Endpoint): string {
  return `${camelCase(endpoint.method)}Endpoint`;
}

/** The file that turns failed checks into the runtime's errors, and says what runtime the clients are for. */
export function checkedFile(crate: string, command: string): string {
  const what = JSON.stringify(`The generated code of ${crate}`);
  const cure = JSON.stringify(`Generate it again: ${command}`);
  return `import { type ErrorType, requireVersion, StatorError } from "${runtime}";
import type { Schema } from "../support/schema.ts";

requireVersion(${what}, "${GENERATION}", ${cure});
${checkedFunctions}`;
}

const checkedFunctions = `
/** The value in its one form. Throws the runtime's error with that code when it does not fit. */
export function checked<Input, Output>(
  schema: Schema<Input, Output>,
  value: unknown,
  code: "invalid_request" | "invalid_response",
  endpoint: string,
): Output {
  const result = schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ message, path }) => ({ message, path: (path ?? []).map(String) }));
  throw new StatorError(code, \`\${endpoint}: \${issues.map((issue) => issue.message).join("; ")}\`, { details: { issues } });
}

/** The one answer of a call whose endpoint declares an error. */
export async function receivedOne(type: ErrorType, answer: Promise<unknown>, endpoint: string): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    throw type.received(error, endpoint);
  }
}

/** A stream of requests: they are taken as fast as the service reads them. */
export type Requests<Input> = AsyncIterable<Input> | Iterable<Input>;

/** The same for each request of a stream. One that does not fit ends the call with \`invalid_request\`. */
export async function* checkedEach<Input, Output>(
  schema: Schema<Input, Output>,
  requests: Requests<Input>,
  endpoint: string,
): AsyncGenerator<Output, void, undefined> {
  for await (const request of requests) yield checked(schema, request, "invalid_request", endpoint);
}
`;
