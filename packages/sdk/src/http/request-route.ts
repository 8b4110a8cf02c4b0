import type { RequestHandler } from "../definition/on-request.ts";
import type { RequestsDefinition } from "../definition/members.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import type { ServiceHost } from "../serving/service-host.ts";

/** The method that answers what is for no `@api` method. */
export interface RequestRoute extends RequestsDefinition {
  readonly host: ServiceHost;
  readonly handler: RequestHandler;
}

/** That method of these services, of which one can have it; null for none. */
export function requestRouteOf(hosts: readonly ServiceHost[]): RequestRoute | null {
  let found: RequestRoute | null = null;
  for (const host of hosts) {
    const { requests, className } = host.definition;
    if (requests === null) continue;
    if (found !== null) {
      const other = `${found.host.definition.className}.${found.property}`;
      throw invalidArgument(
        `${other} and ${className}.${requests.property} both answer every other request; serve them in processes of their own.`,
      );
    }
    const method = (host.instance as Record<string, unknown>)[requests.property] as RequestHandler;
    found = { ...requests, host, handler: (request, context) => method.call(host.instance, request, context) };
  }
  return found;
}
