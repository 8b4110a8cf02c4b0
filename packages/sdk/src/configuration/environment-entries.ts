import { kebabCase } from "../definition/names.ts";
import { type ConfigMap, nested } from "./config-tree.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { textNode } from "./text-node.ts";

/**
 * What the environment says about services: `STATOR_VLLM_WORKER__MAX_TOKENS=5` is `maxTokens` of `VllmWorker`, and
 * `STATOR_VLLM_WORKER__MODEL__SIZE` is `model.size`. A part with small letters stands as it is.
 */
export function environmentEntries(environment: Record<string, string | undefined>): LayerEntry[] {
  return Object.entries(environment).flatMap(([variable, value]): LayerEntry[] => {
    const [, name, rest] = /^STATOR_([A-Z0-9]+(?:_[A-Z0-9]+)*)__(.+)$/.exec(variable) ?? [];
    if (name === undefined || rest === undefined || value === undefined) return [];
    const origin = { layer: "environment", where: variable } as const;
    const section = nested(rest.split("__").map(keyOf), textNode(value, origin)) as ConfigMap;
    return [
      {
        origin,
        name,
        section: (service) =>
          [kebabCase(service.className), service.component].some((each) => upperSnake(each) === name) ? section : null,
      },
    ];
  });
}

/** The variable that sets a key of a service. */
export function variableName(className: string, path: readonly string[]): string {
  return `STATOR_${[kebabCase(className), ...path.map(kebabCase)].map(upperSnake).join("__")}`;
}

function upperSnake(name: string): string {
  return name.replaceAll("-", "_").toUpperCase();
}

function keyOf(part: string): string {
  if (/[a-z]/.test(part)) return part;
  return part.toLowerCase().replaceAll(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}
