import { invalidArgument } from "./invalid-argument.ts";
import type { EndpointDefinition } from "./endpoint-definition.ts";

/** A method that runs when the service starts or stops, or when somebody asks how it fares. */
export interface HookDefinition {
  readonly kind: "start" | "shutdown" | "liveness" | "readiness";
  readonly property: string;
  /** Longest time that it may take, in milliseconds; null for no limit. */
  readonly timeoutMs: number | null;
}

/** The method that answers the HTTP requests that no endpoint takes. */
export interface RequestsDefinition {
  readonly property: string;
  /** Longest time until there is a response, in milliseconds; null for no limit. */
  readonly timeoutMs: number | null;
}

/** What the decorators of one class body have said so far. */
export interface Members {
  readonly endpoints: Map<string, EndpointDefinition>;
  readonly hooks: HookDefinition[];
  /** Null without `@onRequest`. */
  requests: RequestsDefinition | null;
}

/** Runtimes before the standard has settled keep the metadata under the registered symbol. */
export const METADATA: symbol = Symbol.metadata ?? Symbol.for("Symbol.metadata");

// Registered, so that two copies of this package in one process still understand each other's classes.
const MEMBERS = Symbol.for("@stator/sdk/members");

type Metadata = Record<PropertyKey, unknown>;

/** The members that the class under decoration declares itself; those of its base class are left as they are. */
export function ownMembers(metadata: DecoratorMetadata | undefined): Members {
  if (metadata === undefined) {
    throw invalidArgument(
      "The decorators need decorator metadata: run with Bun, and leave experimentalDecorators unset.",
    );
  }
  const record: Metadata = metadata;
  if (!Object.hasOwn(record, MEMBERS)) {
    record[MEMBERS] = { endpoints: new Map(), hooks: [], requests: null } satisfies Members;
  }
  return record[MEMBERS] as Members;
}

/** The members of the class and of all its base classes: base first, what is redeclared replaces what is inherited. */
export function allMembers(metadata: DecoratorMetadata | undefined): Members {
  const chain: Members[] = [];
  for (let at: object | null = metadata ?? null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (Object.hasOwn(at, MEMBERS)) chain.unshift((at as Metadata)[MEMBERS] as Members);
  }
  const endpoints = new Map<string, EndpointDefinition>();
  const hooks = new Map<string, HookDefinition>();
  let requests: RequestsDefinition | null = null;
  for (const members of chain) {
    requests = members.requests ?? requests;
    for (const [property, endpoint] of members.endpoints) endpoints.set(property, endpoint);
    for (const hook of members.hooks) hooks.set(`${hook.kind} ${hook.property}`, hook);
  }
  return { endpoints, hooks: [...hooks.values()], requests };
}
