import { Model, pascalCase, type TypeDefinition, type TypeRef } from "@stator/contract";
import type { EndpointDefinition } from "@stator/sdk";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { SchemaConversion } from "./convert/conversion.ts";
import { Place } from "./convert/place.ts";
import type { TypeRegistry } from "./convert/type-registry.ts";
import type { Findings } from "./findings.ts";
import { type GeneratedType, generatedType } from "./schema/generated-contract.ts";
import { readJsonSchema } from "./schema/read-json-schema.ts";

type DeclaredError = NonNullable<EndpointDefinition["error"]>;

/** Stands in the place of a type that there is none of. */
const NOTHING: TypeRef = { kind: "json" };

/** The types of what endpoints take, give and throw. */
export class MessageTypes {
  readonly #registry: TypeRegistry;
  readonly #findings: Findings;
  /** Names of endpoints that several services have: types of their messages carry the service too. */
  readonly #shared: ReadonlySet<string>;

  constructor(registry: TypeRegistry, findings: Findings, shared: ReadonlySet<string>) {
    this.#registry = registry;
    this.#findings = findings;
    this.#shared = shared;
  }

  /** The type of the request, or of the response or each item of it. `folder` is that of the service's module. */
  async message(
    service: string,
    endpoint: EndpointDefinition,
    side: "input" | "output",
    folder: string,
  ): Promise<TypeRef> {
    const schema = endpoint[side];
    const path = `${service}.${endpoint.name} ${side}`;
    if (schema === null) {
      this.#findings.problem(
        path,
        `the endpoint has no ${side} schema, so nobody knows what ${side === "input" ? "it takes" : "it gives"}. ` +
          `Give @endpoint one; for any JSON, one that says so, such as z.unknown()`,
      );
      return NOTHING;
    }
    const prefix = this.#shared.has(pascalCase(endpoint.name)) ? service : "";
    const place = new Place(path, `${prefix}${pascalCase(endpoint.name)}${pascalCase(side)}`);
    return this.#either(schema, path, async () => {
      const json = await readJsonSchema(schema, folder);
      return new SchemaConversion(json, this.#findings, this.#registry).root(place);
    });
  }

  /** The type of a declared error, which is called as the error is: callers know it by that name. */
  async error(service: string, endpoint: EndpointDefinition, error: DeclaredError, folder: string): Promise<TypeRef> {
    const path = `${service}.${endpoint.name} error`;
    return this.#either(error, path, async () => {
      const { schema, facts } = error.declared;
      if (facts === null) {
        this.#findings.note(path, "its HTTP status depends on its value, so OpenAPI has it under 500");
      }
      const json = await readJsonSchema(schema, folder);
      const more: Partial<TypeDefinition> = facts?.httpStatus === undefined ? {} : { status: facts.httpStatus };
      return new SchemaConversion(json, this.#findings, this.#registry, more).root(
        new Place(path, error.name),
        error.name,
      );
    });
  }

  /** A generated type as its contract has it, or what `make` makes. */
  async #either(schema: StandardSchemaV1, path: string, make: () => Promise<TypeRef>): Promise<TypeRef> {
    try {
      const generated = generatedType(schema);
      return generated === null ? await make() : this.#generated(generated, path);
    } catch (error) {
      this.#findings.problem(path, (error as Error).message);
      return NOTHING;
    }
  }

  #generated({ name, document }: GeneratedType, path: string): TypeRef {
    const type: TypeRef = { kind: "ref", name };
    if (!document.types.some((each) => each.name === name)) {
      this.#findings.problem(
        path,
        `${name} is not in the document that was generated with it. Run the generator again`,
      );
      return type;
    }
    const model = new Model(document);
    for (const reached of model.reach([type])) this.#registry.add(model.type(reached));
    return type;
  }
}
