import { suggestion } from "../definition/nearest-name.ts";
import type { ServiceDescription } from "../supervision/messages.ts";
import { UsageError } from "../cli/usage-error.ts";

/** What the command line says about one service: `--Backend.workers=2`. */
export interface ServiceOverride {
  readonly service: string;
  readonly workers?: number;
  readonly port?: number;
}

/** What is to run: dependencies first. */
export interface PlannedService {
  readonly description: ServiceDescription;
  readonly workers: number;
  /** Null for a service without HTTP. */
  readonly port: number | null;
}

/** What the command line says about the whole graph. */
export interface PlanOptions {
  /** Of the graph's root; further services with HTTP take the next ones. */
  readonly port: number;
  /** Names of the services to run; empty for all. */
  readonly only: readonly string[];
  readonly overrides: readonly ServiceOverride[];
}

/** Applies the command line to a described graph. The root stands last. Unknown services are refused. */
export function planWorkers(services: readonly ServiceDescription[], options: PlanOptions): PlannedService[] {
  const chosen = new Set(options.only.map((name) => find(services, name, "--only")));
  const overrides = new Map<ServiceDescription, { workers?: number; port?: number }>();
  for (const { service, ...values } of options.overrides) {
    const description = find(services, service, `--${service}`);
    overrides.set(description, { ...overrides.get(description), ...values });
  }
  const ports = new Map(
    services
      .filter((each) => each.http)
      .toReversed()
      .map((each, index) => [each, options.port === 0 ? 0 : options.port + index]),
  );
  return services
    .filter((each) => chosen.size === 0 || chosen.has(each))
    .map((description) => {
      const { workers = description.workers, port } = overrides.get(description) ?? {};
      if (port !== undefined && !description.http) {
        throw new UsageError(`--${description.className}.port: ${description.className} has no @api method.`);
      }
      return { description, workers, port: description.http ? (port ?? ports.get(description) ?? options.port) : null };
    });
}

function find(services: readonly ServiceDescription[], name: string, where: string): ServiceDescription {
  const found = services.find((each) => [each.className, each.component, each.id].includes(name));
  if (found !== undefined) return found;
  const known = services.map((each) => each.className);
  throw new UsageError(`${where}: the graph has no service "${name}"; ${suggestion(name, known)}`);
}
