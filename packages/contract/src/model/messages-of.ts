import type { Endpoint, TypeRef } from "../document.ts";

/** All that an endpoint reads and writes: request, response and declared error. */
export function messagesOf({ input, output, error }: Endpoint): TypeRef[] {
  return error === undefined ? [input, output] : [input, output, error];
}
