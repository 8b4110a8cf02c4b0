import { bindingExports } from "./bindings/binding-files.ts";
import { camelCase, kebabCase, type Model } from "@stator/contract";

/** The file through which everything is imported. */
export function indexFile(model: Model): string {
  const { types, services, constants } = model.document;
  const lines: string[] = [];
  for (const { name } of types) {
    const names = model.hasOwnInput(name) ? `${name}, type ${name}Input` : name;
    lines.push(`export { ${names} } from "./types/${kebabCase(name)}.ts";`);
  }
  for (const { name } of services) {
    lines.push(`export { ${name}Client } from "./clients/${kebabCase(name)}-client.ts";`);
    lines.push(`export { ${name}Contract, type ${name}Service } from "./services/${kebabCase(name)}.ts";`);
  }
  for (const { name } of constants) {
    lines.push(`export { ${camelCase(name)} } from "./constants/${kebabCase(name)}.ts";`);
  }
  lines.push(...bindingExports(model));
  if (services.length > 0) lines.push('export { checkedEach, type Requests } from "./clients/checked.ts";');
  lines.push(
    'export { type Schema, SchemaError } from "./support/schema.ts";',
    'export type { Issue } from "./support/failure.ts";',
    'export type { JsonValue } from "./support/json.ts";',
    'export type { StandardSchemaV1 } from "./support/standard-schema.ts";',
  );
  return `${lines.join("\n")}\n`;
}
