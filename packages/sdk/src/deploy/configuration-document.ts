import { parsePath } from "../configuration/config-path.ts";
import { settingsDocument } from "../configuration/settings-document.ts";
import type { Explanation } from "../configuration/explanation.ts";
import type { GraphNode } from "../graph/service-graph.ts";
import { parseJson, stringifyJson } from "../schema/json-text.ts";

type Section = Record<string, unknown>;

/**
 * What one service is told, as a section of a configuration file: without secrets, and without its environment, which the
 * manifests have. Each process is one worker.
 */
export function deployedSection({ configured, declared }: GraphNode, explanations: readonly Explanation[]): Section {
  const { settings, fields } = configured;
  const { limits, port } = settings;
  const section = parseJson(settingsDocument(fields, limits === undefined ? {} : { limits })) as Section;
  for (const { path } of explanations.filter(({ isSecret }) => isSecret === true)) {
    remove(section, parsePath(path) ?? []);
  }
  return {
    ...section,
    ...(declared.workers === 1 ? {} : { workers: 1 }),
    ...(port === undefined ? {} : { port }),
  };
}

/** The sections as one file; services that are told nothing are left out. */
export function configurationDocument(sections: ReadonlyMap<string, Section>): string {
  const said = [...sections].filter(([, section]) => Object.keys(section).length > 0);
  const parts = said.map(([id, section]) => `  ${JSON.stringify(id)}: ${stringifyJson(section)}`);
  return parts.length === 0 ? "{}\n" : `{\n${parts.join(",\n")}\n}\n`;
}

function remove(section: Section, [key = "", ...rest]: readonly string[]): void {
  if (rest.length === 0) delete section[key];
  const below = section[key];
  if (rest.length > 0 && typeof below === "object" && below !== null) remove(below as Section, rest);
}
