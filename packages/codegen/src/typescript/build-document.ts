import {
  type Document,
  documentVersion,
  camelCase,
  type Endpoint,
  pascalCase,
  type SealedDocument,
  sealDocument,
  type Service,
} from "@stator/contract";
import type { EndpointDefinition } from "@stator/sdk";
import { GenerationError } from "../generation-error.ts";
import { TypeRegistry } from "./convert/type-registry.ts";
import { Findings } from "./findings.ts";
import type { LoadedService } from "./load-services.ts";
import { MessageTypes } from "./message-types.ts";

export type Exported = SealedDocument & {
  /** What clients of the document do not check, one sentence each. */
  readonly notes: readonly string[];
};

/**
 * The document of these services, in the form in which contract crates print theirs. `source` says in it where it came
 * from. Throws a `GenerationError` with everything that has no form.
 */
export async function buildDocument(services: readonly LoadedService[], source: string): Promise<Exported> {
  const findings = new Findings();
  const builder = new Builder(services, findings);
  const described: Service[] = [];
  for (const service of services) described.push(await builder.service(service));
  for (const [index, { name }] of described.entries()) {
    const other = services[described.findIndex((each) => each.name === name)]?.definition.id;
    const { id } = (services[index] as LoadedService).definition;
    if (other !== id)
      findings.problem(name, `two services are called so: ${other} and ${id}. Rename one of the classes`);
  }
  if (findings.problems.length > 0) throw new GenerationError(findings.problems);
  const document: Document = {
    version: documentVersion,
    crate: source,
    source: "typescript",
    hash: "",
    types: builder.types.all(),
    services: described.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    constants: [],
  };
  return { ...sealDocument(document), notes: findings.notes };
}

class Builder {
  readonly types: TypeRegistry;
  readonly #findings: Findings;
  readonly #messages: MessageTypes;

  constructor(services: readonly LoadedService[], findings: Findings) {
    this.types = new TypeRegistry(findings);
    this.#findings = findings;
    const names = services.flatMap(({ definition }) => definition.endpoints.map(({ name }) => pascalCase(name)));
    const shared = new Set(names.filter((name, index) => names.indexOf(name) !== index));
    this.#messages = new MessageTypes(this.types, findings, shared);
  }

  async service({ definition, folder }: LoadedService): Promise<Service> {
    const { className, namespace, component } = definition;
    if (!/^[A-Z][A-Za-z0-9]*$/.test(className)) {
      this.#findings.problem(className, "clients are called after the class, so its name has to be in PascalCase");
    }
    if (definition.endpoints.length === 0) {
      this.#findings.problem(className, "it has no endpoints: methods with @endpoint or @api");
    }
    const endpoints: Endpoint[] = [];
    for (const each of definition.endpoints) endpoints.push(await this.#endpoint(className, each, folder));
    return { name: className, namespace, component, endpoints, hash: "" };
  }

  async #endpoint(service: string, endpoint: EndpointDefinition, folder: string): Promise<Endpoint> {
    const { name, kind, timeoutMs, idempotent, http, error } = endpoint;
    const place = `${service}.${name}`;
    return {
      name,
      method: this.#method(place, endpoint.property),
      kind,
      input: await this.#messages.message(service, endpoint, "input", folder),
      output: await this.#messages.message(service, endpoint, "output", folder),
      ...(error === null ? {} : { error: await this.#messages.error(service, endpoint, error, folder) }),
      ...(timeoutMs === null ? {} : { timeoutMs }),
      idempotent,
      ...(http === null ? {} : { http }),
      hash: "",
    };
  }

  /** The method in snake_case, as Rust has it: generated code turns it into what it was. */
  #method(place: string, property: string): string {
    const snake = property
      .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_")
      .replaceAll(/_[A-Z](?![A-Z])/g, (part) => part.toLowerCase());
    if (camelCase(snake) === property) return snake;
    if (camelCase(property) !== property) {
      this.#findings.problem(
        place,
        `clients have it as ${camelCase(property)}, the class as ${property}. Rename the method; ` +
          `@endpoint({ name: "${property}" }) keeps the name for callers`,
      );
    }
    return property;
  }
}
