import type { definitionOf as DefinitionOf, ServiceDefinition } from "@stator/sdk";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { GenerationError } from "../generation-error.ts";
import type { Target } from "./target.ts";

/** A service, and the folder from which its module finds its packages. */
export type LoadedService = { readonly definition: ServiceDefinition; readonly folder: string };

/**
 * Runs the modules and gives the services that are asked for. The SDK is the one that the module itself uses: this
 * package does not depend on it.
 */
export async function loadServices(targets: readonly Target[]): Promise<LoadedService[]> {
  const found = new Map<unknown, LoadedService>();
  for (const { file, service } of targets) {
    const folder = dirname(file);
    const definitionOf = await loadSdk(file, folder);
    const exported = await load(file);
    const services = Object.entries(exported).filter(([, value]) => definitionOf(value) !== null);
    const names = services.map(([name]) => name);
    const chosen = services.filter(([name]) => service === null || name === service);
    if (chosen.length === 0)
      throw new GenerationError([missing(file, service, Object.hasOwn(exported, service ?? ""), names)]);
    for (const [, value] of chosen) {
      const definition = definitionOf(value);
      if (definition !== null) found.set(value, { definition, folder });
    }
  }
  return [...found.values()];
}

function missing(file: string, service: string | null, isThere: boolean, names: readonly string[]): string {
  if (service === null || (names.length === 0 && !isThere)) return `${file} exports no service: a class with @service.`;
  if (isThere) return `"${service}" of ${file} is not a service: a class with @service.`;
  return `${file} exports no "${service}"; there is ${names.map((name) => `#${name}`).join(", ")}.`;
}

async function loadSdk(file: string, folder: string): Promise<typeof DefinitionOf> {
  let path: string;
  try {
    path = Bun.resolveSync("@stator/sdk", folder);
  } catch {
    throw new GenerationError([`${file}: @stator/sdk is not installed there.`]);
  }
  const { definitionOf } = (await import(path)) as { definitionOf?: typeof DefinitionOf };
  if (definitionOf === undefined) {
    throw new GenerationError([`${file}: its @stator/sdk is of another release. Use that of @stator/codegen.`]);
  }
  return definitionOf;
}

async function load(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw new GenerationError([`${file} cannot be loaded: ${Bun.inspect(error)}`]);
  }
}
