/** Which of the two directions of an endpoint are streams; the names are those of contracts. */
export type EndpointKind = "unary" | "server-stream" | "client-stream" | "duplex";

export const ENDPOINT_KINDS = [
  "unary",
  "server-stream",
  "client-stream",
  "duplex",
] as const satisfies readonly EndpointKind[];

/** Whether the request is a stream. */
export function takesStream(kind: EndpointKind): boolean {
  return kind === "client-stream" || kind === "duplex";
}

/** Whether the answer is a stream. */
export function givesStream(kind: EndpointKind): boolean {
  return kind === "server-stream" || kind === "duplex";
}
