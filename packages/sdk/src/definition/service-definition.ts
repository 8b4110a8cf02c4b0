import type { EndpointDefinition } from "./endpoint-definition.ts";
import type { Limits } from "./limits.ts";
import { type HookDefinition, METADATA, type RequestsDefinition } from "./members.ts";
import type { Resources } from "./resources.ts";
import type { ResolvedInterceptors } from "../interceptor/interceptor.ts";

/** Everything that `@service` and the decorators inside the class say. */
export interface ServiceDefinition {
  /** The name of the class, as the command line and configuration files have it. */
  readonly className: string;
  /** The namespace in discovery. */
  readonly namespace: string;
  /** The component's name in discovery. */
  readonly component: string;
  /** `namespace.component`: what tells two services apart. */
  readonly id: string;
  /** How many processes `stator serve` starts. */
  readonly workers: number | "auto";
  /** What each process needs. */
  readonly resources: Resources;
  /** How many calls of all endpoints together run at once in one process; null for no limit. */
  readonly limits: Limits | null;
  /** Longest time for a call of an endpoint that says none itself, in milliseconds; null for none. */
  readonly timeoutMs: number | null;
  /** What each process finds in its environment, unless somebody has set it otherwise. */
  readonly env: Readonly<Record<string, string>>;
  /** For people and tools. */
  readonly labels: Readonly<Record<string, string>>;
  /** Around the calls of all endpoints, and around those that the service makes. */
  readonly interceptors: ResolvedInterceptors;
  /** Its endpoints, inherited ones among them. */
  readonly endpoints: readonly EndpointDefinition[];
  /** Its hooks, those of base classes first. */
  readonly hooks: readonly HookDefinition[];
  /** What answers HTTP requests that are for no endpoint; null for nothing. */
  readonly requests: RequestsDefinition | null;
}

/** A class that can be a service: it is constructed without arguments. */
export type ServiceClass<T extends object = object> = new () => T;

/** Whether HTTP reaches the service. */
export function hasHttp({ endpoints, requests }: Pick<ServiceDefinition, "endpoints" | "requests">): boolean {
  return requests !== null || endpoints.some(({ http }) => http !== null);
}

const DEFINITION = Symbol.for("@stator/sdk/service");

/** Keeps the definition with the class. */
export function setDefinition(metadata: DecoratorMetadata, definition: ServiceDefinition): void {
  (metadata as Record<PropertyKey, unknown>)[DEFINITION] = definition;
}

/** The definition of a class that carries `@service` itself, else null: a subclass without it is no service. */
export function definitionOf(value: unknown): ServiceDefinition | null {
  if (typeof value !== "function" || !Object.hasOwn(value, METADATA)) return null;
  const metadata = (value as unknown as Record<symbol, unknown>)[METADATA];
  if (typeof metadata !== "object" || metadata === null || !Object.hasOwn(metadata, DEFINITION)) return null;
  return (metadata as Record<symbol, unknown>)[DEFINITION] as ServiceDefinition;
}
