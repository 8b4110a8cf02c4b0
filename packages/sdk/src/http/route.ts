import type { Handler } from "@stator/runtime-native";

import type { EndpointDefinition, HttpDefinition } from "../definition/endpoint-definition.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import type { ServiceHost } from "../serving/service-host.ts";

/** One method behind one path. */
export interface Route {
  readonly host: ServiceHost;
  readonly endpoint: EndpointDefinition;
  readonly http: HttpDefinition;
  readonly handler: Handler<unknown, unknown>;
  /** Matches the paths of the route, whatever the method; its groups are the parameters. */
  readonly pattern: RegExp;
}

/** The routes of all `@api` methods of these services. */
export function routesOf(hosts: readonly ServiceHost[]): Route[] {
  const routes: Route[] = [];
  const taken = new Map<string, string>();
  for (const host of hosts) {
    for (const endpoint of host.definition.endpoints) {
      const { http, property } = endpoint;
      if (http === null) continue;
      const key = `${http.method} ${http.path}`;
      const name = `${host.definition.className}.${property}`;
      const other = taken.get(key);
      if (other !== undefined) throw invalidArgument(`${other} and ${name} both answer ${key}; give one another path.`);
      taken.set(key, name);
      const handler = host.handler(endpoint);
      routes.push({ host, endpoint, http, handler, pattern: patternOf(http.path) });
    }
  }
  return routes;
}

function patternOf(path: string): RegExp {
  const parts = path.split("/").map((part) => (part.startsWith(":") ? "([^/]+)" : RegExp.escape(part)));
  return new RegExp(`^${parts.join("/")}$`);
}
