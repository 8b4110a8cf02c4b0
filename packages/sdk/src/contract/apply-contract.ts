import type { EndpointDefinition } from "../definition/endpoint-definition.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { suggestion } from "../definition/nearest-name.ts";
import { type ContractEndpoint, identityOf, isServedByClass, type ServiceContract } from "./service-contract.ts";

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
    if (!isServedByClass(promised.kind)) {
      if (own === undefined) continue;
      throw invalidArgument(
        `${place} is a ${promised.kind} endpoint in ${contract.name}; classes serve unary and server-stream ones, ` +
          "serve it with serveEndpoint() of the runtime.",
      );
    }
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
  if (own.kind !== promised.kind) {
    throw invalidArgument(
      `${place} is a ${own.kind} endpoint, and ${promised.kind} in the contract: ` +
        `write an async ${promised.kind === "unary" ? "method" : "generator"}.`,
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
  return { ...own, name, input, output, error, timeoutMs, idempotent, contract: identityOf(promised) };
}
