import type { StandardSchemaV1 } from "@standard-schema/spec";

import type { EndpointDefinition } from "../definition/endpoint-definition.ts";

/**
 * The schema that the endpoint's items are checked against here, null for none.
 *
 * Development always checks. In production (`NODE_ENV=production`) the endpoint's `validateOutput: false` and
 * `STATOR_VALIDATE_OUTPUT=0` turn the check off.
 */
export function outputSchema(
  endpoint: EndpointDefinition,
  environment: Record<string, string | undefined> = process.env,
): StandardSchemaV1 | null {
  const production = environment["NODE_ENV"] === "production";
  const wanted = endpoint.validateOutput && environment["STATOR_VALIDATE_OUTPUT"] !== "0";
  return production && !wanted ? null : endpoint.output;
}
