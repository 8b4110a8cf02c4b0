import { invalidArgument } from "../definition/invalid-argument.ts";
import { definitionOf, type ServiceClass } from "../definition/service-definition.ts";
import type { ServiceClient } from "../dependency/service-client.ts";
import type { Replacement } from "./replacement.ts";
import { stubDefinition } from "./stub-class.ts";
import type { ClientOf, Tested } from "./tested-service.ts";

/** Parameters are compared both ways: what a class takes and what its callers send may differ in width. */
type Loose<F> = F extends (...parameters: infer P) => infer R ? { call(...parameters: P): R }["call"] : never;
type Methods<T> = { readonly [Name in keyof T]: Loose<T[Name]> };

/** The class itself where it has what the service has; else a text that says why it does not compile. */
type Fitting<T, F> =
  F extends ServiceClass<infer S>
    ? Methods<ServiceClient<S>> extends Methods<ClientOf<T>>
      ? F
      : "This class does not have the endpoints of the service that it stands in for."
    : never;

/**
 * A service that stands in for another one, as it is: with its own state, hooks and dependencies, under its own name.
 *
 * @throws StatorError `invalid_argument` where an endpoint is missing, or of another kind.
 */
export function fake<const T extends Tested, F extends ServiceClass>(service: T, by: F & Fitting<T, F>): Replacement {
  const { className, endpoints } = stubDefinition("fake", service);
  const other = definitionOf(by);
  if (other === null) throw invalidArgument(`fake: ${by.name} is not a service; a service is a class with @service.`);
  for (const { name, kind } of endpoints) {
    const own = other.endpoints.find((each) => each.name === name);
    if (own?.kind === kind) continue;
    const what = own === undefined ? `has no endpoint "${name}"` : `has "${name}" as ${own.kind}, not ${kind}`;
    throw invalidArgument(`fake: ${other.className} ${what}, which ${className} promises.`);
  }
  return { original: service, service: by };
}
