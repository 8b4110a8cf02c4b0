import type { EndpointDefinition } from "../definition/endpoint-definition.ts";
import { ENDPOINT_KINDS, givesStream, takesStream } from "../definition/endpoint-kind.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { suggestion } from "../definition/nearest-name.ts";
import { type ContractEndpoint, identityOf, isEndpointKind, type ServiceContract } from "./service-contract.ts";

/**
 * The endpoints of a class that serves a contract: what their decorators do not say, the contract does.
 *
 * Throws `invalid_argument` with the endpoint where the class lacks one, or says something else than the contract.
 */
export function applyContract(
  where: string,
  contract: ServiceContract,
  endpoints: ReadonlyMap<string, EndpointDefinition>,
): ReadonlyMap<string, EndpointDefinition> {
  const applied = new Map(endpoints);
  for (const [property, promised] of Object.entries(contract.endpoints)) {
    const own = endpoints.get(property);
    const place = `${where}: ${property}`;
    if (own === undefined) {
      const names = [...endpoints.keys()];
      throw invalidArgument(
        `${place} is an endpoint of ${contract.name}, and the class has no method of that name with @endpoint or @api; ` +
          suggestion(property, names),
      );
    }
    applied.set(property, fulfil(place, promised, own));
  }
  return applied;
}

function fulfil(place: string, promised: ContractEndpoint, own: EndpointDefinition): EndpointDefinition {
  const { said } = own;
  const { kind } = promised;
  if (!isEndpointKind(kind)) {
    throw invalidArgument(`${place} is of the kind "${kind}" in the contract; ${suggestion(kind, ENDPOINT_KINDS)}`);
  }
  if (givesStream(own.kind) !== givesStream(kind)) {
    throw invalidArgument(
      `${place} is a ${own.kind} endpoint, and ${kind} in the contract: ` +
        `write an async ${givesStream(kind) ? "generator" : "method"}.`,
    );
  }
  if (takesStream(kind) && own.http !== null) {
    throw invalidArgument(
      `${place} takes a stream of requests in the contract, and @api takes one request: make it an @endpoint.`,
    );
  }
  if (said.requestStream !== undefined && said.requestStream !== takesStream(kind)) {
    throw invalidArgument(
      `${place}: requestStream is ${said.requestStream}, and the endpoint is ${kind} in the contract; ` +
        "leave it out, or change the contract.",
    );
  }
  for (const option of ["name", "timeoutMs", "idempotent"] as const) {
    if (said[option] === undefined || said[option] === promised[option]) continue;
    throw invalidArgument(
      `${place}: ${option} is ${String(said[option])}, and ${promised[option] ?? "none"} in the contract; ` +
        "leave it out, or change the contract.",
    );
  }
  for (const option of ["input", "output", "error"] as const) {
    if (said[option] === undefined || said[option] === promised[option]) continue;
    throw invalidArgument(`${place}: ${option} is another schema than that of the contract; leave it out.`);
  }
  const { name, input, output, error = null, timeoutMs, idempotent } = promised;
  return { ...own, name, kind, input, output, error, timeoutMs, idempotent, contract: identityOf(promised) };
}
