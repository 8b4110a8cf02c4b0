import { takesStream } from "../definition/endpoint-kind.ts";
import { tracedStep } from "../tracing/phase.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import type { CallSettings, CallTarget } from "./call-target.ts";
import { directOnly } from "./dependency-options.ts";

/** The instance that the dependency's own router wants; undefined where the runtime is to choose. */
export function chooseInstance(
  { client, choose, breaker, endpoint, path }: CallTarget,
  request: unknown,
  { metadata = {} }: CallSettings,
): bigint | undefined {
  if (choose === null) return undefined;
  if (choose === directOnly) throw invalidArgument(`${path} is called directly: give the call an instanceId.`);
  const open = breaker?.open;
  const instances = client
    .instances()
    .filter((each) => each.compatibility !== "incompatible" && open?.has(each.instanceId) !== true);
  // The runtime says best why there is nobody.
  if (instances.length === 0) return undefined;
  const call = { path, request: takesStream(endpoint.kind) ? null : request, metadata };
  const chosen = tracedStep("route", () => choose(instances, call));
  if (chosen === null) return undefined;
  if (instances.some((each) => each.instanceId === chosen)) return chosen;
  throw invalidArgument(
    `${path}: the router chose ${String(chosen)}, which is none of the ${instances.length} instances.`,
  );
}
