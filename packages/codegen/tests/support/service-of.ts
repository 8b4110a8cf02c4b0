import { endpoint, service, type ServiceClass } from "@stator/sdk";
import type { StandardSchemaV1 } from "@standard-schema/spec";

class Base {
  /** What a service keeps is its own business. */
  readonly started = Date.now();
}

async function echo(request: unknown): Promise<unknown> {
  return request;
}

/** A service that has an endpoint for each schema, which is its input and its output: as the decorators make it. */
export function serviceOf(name: string, schemas: Readonly<Record<string, StandardSchemaV1>>): ServiceClass {
  const Service = { [name]: class extends Base {} }[name] as ServiceClass;
  const metadata: DecoratorMetadataObject = Object.create(null) as DecoratorMetadataObject;
  for (const [property, schema] of Object.entries(schemas)) {
    const context = { kind: "method", name: property, static: false, private: false, metadata };
    const decorate = endpoint({ input: schema, output: schema }) as (method: unknown, context: unknown) => void;
    decorate(echo, context);
  }
  service({ namespace: "test" })(Service, { kind: "class", name, metadata, addInitializer() {} } as never);
  Object.defineProperty(Service, Symbol.metadata ?? Symbol.for("Symbol.metadata"), { value: metadata });
  return Service;
}

/** A schema of a library of its own, with this JSON Schema. */
export function library(json: object): StandardSchemaV1 {
  const converter = { input: () => json, output: () => json };
  const props = {
    version: 1,
    vendor: "own",
    validate: (value: unknown) => ({ value }),
    jsonSchema: converter,
  } as const;
  return { "~standard": props };
}
