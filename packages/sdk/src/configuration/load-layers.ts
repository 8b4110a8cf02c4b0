import { readConfigFile } from "./config-file.ts";
import { type ConfigMap, configMap, overlay } from "./config-tree.ts";
import { ConfigurationLayers } from "./configuration-layers.ts";
import { commandLineEntries, type ServiceOption } from "./command-line-entries.ts";
import { environmentEntries } from "./environment-entries.ts";
import { fileEntries } from "./file-entries.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { yamlDocument } from "./yaml-document.ts";

/** Where a configuration comes from. */
export interface ConfigurationSources {
  /** Paths of files, the weakest first. */
  readonly files: readonly string[];
  readonly profiles: readonly string[];
  readonly options: readonly ServiceOption[];
}

/** Files and profiles that stand in the environment: for a service that runs alone. */
export const CONFIG_VARIABLES = {
  file: "STATOR_CONFIG",
  profile: "STATOR_PROFILE",
  resolved: "STATOR_SETTINGS",
} as const;

type Environment = Record<string, string | undefined>;

/** Reads all layers. What the sources leave out, `STATOR_CONFIG` and `STATOR_PROFILE` say. */
export function loadLayers(sources: ConfigurationSources, environment: Environment): ConfigurationLayers {
  const paths = sources.files.length > 0 ? sources.files : listed(environment[CONFIG_VARIABLES.file], ":");
  const profiles = sources.profiles.length > 0 ? sources.profiles : listed(environment[CONFIG_VARIABLES.profile], ",");
  const files = paths.map((path) => readConfigFile(path));
  const nothing = configMap({ layer: "file", where: "" });
  const content = files.map((file) => file.content).reduce<ConfigMap>((a, b) => overlay(a, b) as ConfigMap, nothing);
  return new ConfigurationLayers(
    [...fileEntries(content, profiles), ...environmentEntries(environment), ...commandLineEntries(sources.options)],
    files.flatMap((file) => file.paths),
  );
}

let resolvedLayers: ConfigurationLayers | null = null;

/**
 * The layers of a process: what its supervisor has resolved (`STATOR_SETTINGS`: JSON, or the path of a file with it), else
 * what its own environment says. The variable is taken away from what this process starts itself.
 */
export function processLayers(environment: Environment = process.env): ConfigurationLayers {
  const resolved = environment[CONFIG_VARIABLES.resolved];
  if (resolved === undefined) {
    return resolvedLayers ?? loadLayers({ files: [], profiles: [], options: [] }, environment).for({ environment });
  }
  delete environment[CONFIG_VARIABLES.resolved];
  const content = resolved.startsWith("{")
    ? yamlDocument(resolved, CONFIG_VARIABLES.resolved, "file")
    : readConfigFile(resolved).content;
  if (content.kind !== "map") throw new ConfigurationError(CONFIG_VARIABLES.resolved, "a map is expected.");
  resolvedLayers = new ConfigurationLayers(fileEntries(content, []), [], { environment });
  return resolvedLayers;
}

function listed(text: string | undefined, separator: string): string[] {
  return (text ?? "").split(separator).flatMap((each) => (each.trim() === "" ? [] : [each.trim()]));
}
