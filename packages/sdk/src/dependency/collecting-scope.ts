import type { ServiceClass } from "../definition/service-definition.ts";
import type { Dependency } from "./dependency.ts";

/** A service object with what its field initialisers asked for. */
export interface Constructed {
  readonly instance: object;
  readonly dependencies: readonly Dependency[];
}

let collecting: Dependency[] | null = null;

/** Called by `depends()`: joins the service object under construction, if there is one. */
export function collect(dependency: Dependency): void {
  collecting?.push(dependency);
}

/** Constructs a service and notes every `depends()` of it and of its base classes. Nothing is kept between calls. */
export function construct(service: ServiceClass): Constructed {
  const { result, dependencies } = collected(() => new service());
  return { instance: result, dependencies };
}

/** What `body` gives, and every `depends()` in it, which nobody else hears of. */
export function collected<T>(body: () => T): { readonly result: T; readonly dependencies: readonly Dependency[] } {
  const outer = collecting;
  const dependencies: Dependency[] = [];
  collecting = dependencies;
  try {
    return { result: body(), dependencies };
  } finally {
    collecting = outer;
  }
}
