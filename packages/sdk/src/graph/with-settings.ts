import { ConfigurationError } from "../configuration/configuration-error.ts";
import { mergedEnvironment, mergedResources, type ServiceSettings } from "../configuration/service-settings.ts";
import type { CommandDefinition } from "../definition/command-service.ts";
import type { EndpointDefinition } from "../definition/endpoint-definition.ts";
import { readLimits } from "../definition/limits.ts";
import type { ServiceDefinition } from "../definition/service-definition.ts";

/** The definition of a class with what its configuration says over it. */
export function withSettings(definition: ServiceDefinition, settings: ServiceSettings): ServiceDefinition {
  const { className, endpoints, timeoutMs } = definition;
  const limit = settings.limits?.timeoutMs ?? timeoutMs;
  return {
    ...definition,
    workers: settings.workers ?? definition.workers,
    resources: mergedResources(className, definition.resources, settings.resources),
    limits: mergedLimits(definition, settings),
    timeoutMs: limit,
    env: mergedEnvironment(definition.env, settings.env),
    labels: { ...definition.labels, ...settings.labels },
    endpoints: endpoints.map((each) => (inherits(each, timeoutMs) ? { ...each, timeoutMs: limit } : each)),
  };
}

/** Whether an endpoint has the limit of its service, and none of its own. */
function inherits({ said, timeoutMs }: EndpointDefinition, ofService: number | null): boolean {
  return said.timeoutMs === undefined && timeoutMs === ofService;
}

function mergedLimits(
  { className, limits }: ServiceDefinition,
  settings: ServiceSettings,
): ServiceDefinition["limits"] {
  if (settings.limits === undefined) return limits;
  const { timeoutMs: _time, ...said } = settings.limits;
  const { maxConcurrency, queue, rate } = limits ?? { maxConcurrency: null, queue: 0, rate: null };
  const declared = {
    ...(maxConcurrency === null ? {} : { maxConcurrency, queue }),
    // How many come at once follows from the rate, unless somebody says otherwise.
    ...(rate === null || said.perSecond !== undefined ? {} : rate),
  };
  try {
    return readLimits(`${className}.limits`, { ...declared, ...said });
  } catch (error) {
    throw new ConfigurationError(className, error instanceof Error ? error.message : String(error));
  }
}

/** The same for a program. */
export function programWithSettings(definition: CommandDefinition, settings: ServiceSettings): CommandDefinition {
  const { className, command } = definition;
  if (settings.limits !== undefined) {
    throw new ConfigurationError(`${className}.limits`, "the calls of a program of its own are limited by itself.");
  }
  return {
    ...definition,
    workers: settings.workers ?? definition.workers,
    resources: mergedResources(className, definition.resources, settings.resources),
    command: { ...command, env: mergedEnvironment(command.env, settings.env) },
  };
}
