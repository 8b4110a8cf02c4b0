import { isContract } from "../contract/service-contract.ts";
import { type GraphService, isCommandService } from "../definition/command-service.ts";
import { definitionOf } from "../definition/service-definition.ts";
import type { Dependency } from "../dependency/dependency.ts";

/** A service that a graph puts where others depend on it. */
export interface GraphLink {
  readonly service: GraphService;
  /** The fields that it is for: `engine` or `Processor.engine`; empty for every one that it fits. */
  readonly as: readonly string[];
}

/** A dependency with the field that holds it. */
export interface DependencyField {
  /** The class that has it. */
  readonly owner: string;
  /** The field's name; null where it cannot be seen, as with `#engine`. */
  readonly field: string | null;
  readonly dependency: Dependency;
}

/** `Processor.engine`, or what can be said instead. */
export function fieldName({ owner, field, dependency }: DependencyField): string {
  return field === null ? `${owner}: depends(${dependency.asked.label})` : `${owner}.${field}`;
}

/** Whether a service may stand where another, a base class of it, or its contract was asked for. */
export function fits(asked: unknown, service: GraphService): boolean {
  const id = isCommandService(service) ? service.definition.id : definitionOf(service)?.id;
  const contract = isCommandService(asked) ? asked.contract : isContract(asked) ? asked : null;
  if (contract !== null) return id === `${contract.namespace}.${contract.component}`;
  if (isCommandService(service) || typeof asked !== "function") return false;
  return service === asked || service.prototype instanceof asked;
}

/** The links that are for this field. */
export function linksFor(links: readonly GraphLink[], at: DependencyField): GraphLink[] {
  const fitting = links.filter(({ service }) => fits(at.dependency.asked.value, service));
  const named = fitting.filter(({ as }) => as.includes(at.field ?? "") || as.includes(`${at.owner}.${at.field ?? ""}`));
  return named.length > 0 ? named : fitting.filter(({ as }) => as.length === 0);
}

/** The name that people know a service by. */
export function serviceName(service: GraphService): string {
  if (isCommandService(service)) return service.definition.className;
  return definitionOf(service)?.className ?? service.name;
}
