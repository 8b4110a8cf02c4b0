import { parsePath } from "../configuration/config-path.ts";
import { type Explanation, SECRET } from "../configuration/explanation.ts";
import { parseJson } from "../schema/json-text.ts";
import type { DescribedGraph } from "../supervision/messages.ts";
import type { Plan, PlannedService } from "../supervisor/worker-plan.ts";
import { printJson, printLines, table } from "./command-output.ts";
import { explanationRow } from "./explanation-text.ts";

/** Says what would run: services in the order of their start, then their settings. */
export function printPlan({ services }: DescribedGraph, { services: planned }: Plan, json: boolean): void {
  if (json) {
    printJson({ services: planned.map(planJson) });
    return;
  }
  const rows = planned.map(({ description, workers, port, gpus }) => [
    description.className,
    description.id,
    String(workers),
    port === null ? "-" : port === 0 ? "any" : String(port),
    gpus.some((each) => each.length > 0) ? gpus.map((each) => each.join(",")).join(" | ") : "-",
    description.command === null ? "class" : (description.command.argv[0] ?? ""),
  ]);
  const explanations = services.flatMap((each) => each.explanations);
  printLines([
    ...table([["SERVICE", "ID", "WORKERS", "PORT", "GPUS", "PROGRAM"], ...rows]),
    ...(explanations.length === 0 ? [] : ["", ...settingsTable(explanations)]),
  ]);
}

/** Settings with the layer that has set each. */
export function settingsTable(explanations: readonly Explanation[]): string[] {
  return table([["SETTING", "VALUE", "LAYER", "FROM"], ...explanations.map(explanationRow)]);
}

function planJson({ description, workers, port, gpus }: PlannedService): object {
  const { className, id, endpoints, dependsOn, resources, labels, defaultEnv, env, settings, explanations, command } =
    description;
  return {
    className,
    id,
    workers,
    port,
    gpus,
    endpoints,
    dependsOn,
    resources,
    labels,
    env: { ...defaultEnv, ...env },
    configuration: shownSettings(settings, explanations),
    explanations,
    command,
  };
}

/** The settings without what is not to be shown. */
function shownSettings(settings: string, explanations: readonly Explanation[]): unknown {
  const shown = parseJson(settings) as Record<string, unknown>;
  for (const { path } of explanations.filter(({ isSecret }) => isSecret === true)) {
    const keys = parsePath(path) ?? [];
    let at: Record<string, unknown> | undefined = shown;
    for (const key of keys.slice(0, -1)) at = at?.[key] as Record<string, unknown> | undefined;
    const last = keys.at(-1) ?? "";
    if (at !== undefined && Object.hasOwn(at, last)) at[last] = SECRET;
  }
  return shown;
}
