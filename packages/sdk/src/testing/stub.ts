import type { Context } from "@stator/runtime-native";

import { suggestion } from "../definition/nearest-name.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import type { Replacement } from "./replacement.ts";
import { stubClass, stubDefinition } from "./stub-class.ts";
import type { ClientOf, ItemOf, MethodsOf, RequestOf, Tested } from "./tested-service.ts";

/** What a stub's method may give: one value, or the items of a stream as a list or one after another. */
type StubResult<T, Name> = Name extends keyof MethodsOf<T>
  ? MethodsOf<T>[Name] extends (...parameters: never) => AsyncIterable<unknown>
    ? AsyncIterable<ItemOf<T, Name>> | readonly ItemOf<T, Name>[]
    : ItemOf<T, Name> | Promise<ItemOf<T, Name>>
  : never;

/** Functions in place of the endpoints of a service. One that is left out fails with `not_found` when it is called. */
export type StubMethods<T> = {
  readonly [Name in keyof ClientOf<T>]?: (request: RequestOf<T, Name>, context: Context) => StubResult<T, Name>;
};

/**
 * Functions that stand in for a service: `stub(Worker, { run: async (text) => text.length })`. They are called over the wire
 * like the service itself, through its schemas and with its time limits; its limits, interceptors and hooks are left out.
 *
 * @throws StatorError `invalid_argument` for what is no service, and for methods that it does not have.
 */
export function stub<const T extends Tested>(service: T, methods: StubMethods<T>): Replacement {
  const definition = stubDefinition("stub", service);
  const names = definition.endpoints.map((each) => each.property);
  for (const [name, method] of Object.entries(methods as Record<string, unknown>)) {
    if (!names.includes(name)) {
      throw invalidArgument(`stub: ${definition.className} has no endpoint "${name}"; ${suggestion(name, names)}`);
    }
    if (typeof method !== "function") throw invalidArgument(`stub: ${definition.className}.${name} is not a function.`);
  }
  return { original: service, service: stubClass(definition, methods as Record<string, never>) };
}
