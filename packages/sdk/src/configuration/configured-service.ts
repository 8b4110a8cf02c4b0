import { suggestion } from "../definition/nearest-name.ts";
import { pathText } from "./config-path.ts";
import { nodeAt } from "./config-tree.ts";
import { ConfigurationError, joinErrors } from "./configuration-error.ts";
import type { ConfigurationField } from "./configuration-field.ts";
import { type ConfigurationLayers, mergedLayers, type SectionLayer } from "./configuration-layers.ts";
import { withSection } from "./configuration-scope.ts";
import type { ServiceNames } from "./layer-entry.ts";
import { allowedKeys } from "./schema-description.ts";
import { ownPart, readSettings, type ServiceSettings, SETTINGS } from "./service-settings.ts";
import type { UnknownKey } from "./unknown-keys.ts";

/** What a service was told, and what it made of it. */
export interface ConfiguredService {
  readonly settings: ServiceSettings;
  readonly fields: readonly ConfigurationField[];
  /** Who said what, the weakest first; without the class itself. */
  readonly layers: readonly SectionLayer[];
}

/**
 * Makes a service with its configuration. Keys that neither a setting nor a schema of the service knows are refused.
 *
 * @throws ConfigurationError
 */
export function configureService<T>(
  service: ServiceNames,
  layers: ConfigurationLayers,
  make: () => T,
): { readonly made: T; readonly configured: ConfiguredService } {
  const said = layers.of(service);
  const section = mergedLayers(said);
  const settings = readSettings(service.className, section);
  const own = ownPart(section);
  // The class may read it while it is made.
  if (layers.use.environment !== undefined) setEnvironment(layers.use.environment, settings.env);
  const { made, fields } = withSection(service.className, own, layers.use.describesOnly === true, make);
  refuseTakenNames(service.className, fields);
  const unknown = fields.length === 0 ? allKeys(own) : fields.map((field) => field.unknown).reduce(inBoth);
  const known = new Set([...(fields.length === 0 ? [] : knownKeys(fields)), ...SETTINGS]);
  const error = joinErrors(unknown.map((each) => unknownError(service.className, each, [...known])));
  if (error !== null) throw error;
  return { made, configured: { settings, fields, layers: said } };
}

function setEnvironment(environment: Record<string, string | undefined>, env: ServiceSettings["env"] = {}): void {
  for (const [name, value] of Object.entries(env)) {
    if (value === null) delete environment[name];
    else environment[name] = value;
  }
}

function unknownError(
  service: string,
  { path, origin, known }: UnknownKey,
  top: readonly string[],
): ConfigurationError {
  const key = path.at(-1) ?? "";
  const near = suggestion(key, path.length === 1 ? top : known);
  return new ConfigurationError(origin.where, `${service} has no setting "${pathText(path)}"; ${near}`);
}

/** A key is unknown when no `configuration()` of the class and its base classes knows it. */
function inBoth(some: readonly UnknownKey[], others: readonly UnknownKey[]): UnknownKey[] {
  const keys = new Set(others.map(({ path }) => pathText(path)));
  return some.filter(({ path }) => keys.has(pathText(path)));
}

function allKeys(own: ConfigurationField["section"]): UnknownKey[] {
  return [...own.entries].map(([key, node]) => ({ path: [key], origin: node.origin, known: [] }));
}

function knownKeys(fields: readonly ConfigurationField[]): string[] {
  return fields.flatMap(({ described, output }) => {
    const keys = described === null ? null : allowedKeys(described, described);
    return [...(keys ?? Object.keys(output as object))];
  });
}

function refuseTakenNames(service: string, fields: readonly ConfigurationField[]): void {
  for (const { described, declared } of fields) {
    const keys = described === null ? null : allowedKeys(described, described);
    const taken = [...SETTINGS, "use"].find(
      (name) => keys?.has(name) === true || nodeAt(declared, [name]) !== undefined,
    );
    if (taken === undefined) continue;
    throw new ConfigurationError(
      `${service}: configuration()`,
      `the key "${taken}" means something for every service; give it another name.`,
    );
  }
}
