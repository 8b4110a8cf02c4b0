import { camelCase, type Endpoint, kebabCase, type Model, type Service } from "@stator/contract";
import { Imports } from "./imports.ts";
import { printDocs } from "./print-docs.ts";
import { printLiteralKey } from "./print-value.ts";

/** The file of one service: its contract as a value, and the interface that a service class implements. */
export function serviceFile(model: Model, service: Service): string {
  const imports = new Imports();
  const document = `const document = () => import("../contracts/${kebabCase(service.name)}.ts").then((file) => file.document);`;
  const contract = [
    `${printDocs(service.docs)}export const ${service.name}Contract = {`,
    `  name: ${JSON.stringify(service.name)},`,
    `  namespace: ${JSON.stringify(service.namespace)},`,
    `  component: ${JSON.stringify(service.component)},`,
    `  hash: "${service.hash}",`,
    "  endpoints: {",
    ...service.endpoints.map((endpoint) => endpointEntry(imports, endpoint)),
    "  },",
    "} as const;",
  ].join("\n");
  imports.type("@stator/runtime-native", "Context");
  const skeleton = [
    printDocs(`What a class that serves {@link ${service.name}Contract} has: one method for each endpoint.`) +
      `export interface ${service.name}Service {`,
    ...service.endpoints.map((endpoint) => method(model, imports, endpoint)),
    "}",
  ].join("\n");
  return [imports.print().join("\n"), document, contract, skeleton].map((part) => `${part}\n`).join("\n");
}

function endpointEntry(imports: Imports, endpoint: Endpoint): string {
  const key = printLiteralKey(camelCase(endpoint.method));
  return [
    `${printDocs(endpoint.docs, "    ")}    ${key}: {`,
    `      name: ${JSON.stringify(endpoint.name)},`,
    `      kind: ${JSON.stringify(endpoint.kind)},`,
    `      input: ${imports.value(typeFileOf(endpoint.input), nameOf(endpoint.input))},`,
    `      output: ${imports.value(typeFileOf(endpoint.output), nameOf(endpoint.output))},`,
    `      error: ${endpoint.error === undefined ? "null" : imports.value(errorFileOf(endpoint.error), nameOf(endpoint.error))},`,
    `      timeoutMs: ${endpoint.timeoutMs ?? "null"},`,
    `      idempotent: ${endpoint.idempotent},`,
    `      hash: "${endpoint.hash}",`,
    "      document,",
    "    },",
  ].join("\n");
}

function method(model: Model, imports: Imports, endpoint: Endpoint): string {
  const request = nameOf(endpoint.input);
  imports.value(typeFileOf(endpoint.input), request);
  const output = nameOf(endpoint.output);
  const item = model.hasOwnInput(output) ? `${output}Input` : output;
  imports.type(typeFileOf(endpoint.output), item);
  const streamsIn = endpoint.kind === "client-stream" || endpoint.kind === "duplex";
  const streamsOut = endpoint.kind === "server-stream" || endpoint.kind === "duplex";
  const parameter = streamsIn ? `requests: AsyncIterable<${request}>` : `request: ${request}`;
  const result = streamsOut ? `AsyncIterable<${item}>` : `Promise<${item}>`;
  return `${printDocs(endpoint.docs, "  ")}  ${camelCase(endpoint.method)}(${parameter}, context: Context): ${result};`;
}

export function nameOf(type: Endpoint["input"]): string {
  return type.kind === "ref" ? type.name : "";
}

/** The file of a type that an endpoint declares as its error. */
export function errorFileOf(type: Endpoint["input"]): string {
  return `../errors/${kebabCase(nameOf(type))}.ts`;
}

export function typeFileOf(type: Endpoint["input"]): string {
  return `../types/${kebabCase(nameOf(type))}.ts`;
}
