import type { Bridge } from "../crossing/bridge.ts";
import { OPERATION, OPERATION_FLAG } from "../crossing/operation.ts";
import { encodePayload } from "../crossing/payload.ts";
import { servedContext } from "../serving/context-storage.ts";
import type { ServedContext } from "../serving/served-context.ts";
import { StatorError } from "../stator-error.ts";
import type { CallOptions } from "./call-options.ts";
import { ResponseStream } from "./response-stream.ts";
import { sendRequests } from "./send-requests.ts";

/** The longest time that fits the wire, in milliseconds: about 49 days. */
const MAX_TIMEOUT = 0xffff_fffe;

/** Starts a call on `client`; `route` is one of `ROUTE`, `instanceId` counts for a direct call only. */
export function startCall<Req, Res>(
  bridge: Bridge,
  client: number,
  route: number,
  instanceId: bigint,
  request: Req | AsyncIterable<Req>,
  options: CallOptions | undefined,
): ResponseStream<Res> {
  const parent = servedContext();
  const stream = isStream(request);
  const payload = stream ? null : encodePayload(request);
  const timeoutMs = timeout(options?.timeoutMs, parent?.remainingMs ?? null);
  const id = options?.id ?? parent?.id ?? null;
  const metadata = parent?.outgoingMetadata(options?.metadata) ?? options?.metadata;
  const text = id === null && metadata === undefined ? "" : JSON.stringify({ id, metadata: metadata ?? {} });
  const number = bridge.callNumber();
  const response = new ResponseStream<Res>({ bridge, number, id, signal: options?.signal, parent });
  const over = alreadyOver(parent, options?.signal);
  if (over !== null) {
    response.failed(over, 0, 0);
    return response;
  }
  const head = OPERATION.call | route | (stream ? OPERATION_FLAG.stream : 0);
  bridge.outbox.pushCall(head, number, payload, client, timeoutMs, text, instanceId);
  if (stream) void sendRequests(bridge, number, response, request);
  return response;
}

/** Why a call need not even be sent. */
function alreadyOver(parent: ServedContext | undefined, signal: AbortSignal | undefined): StatorError | null {
  if (parent?.isOver === true) return new StatorError("cancelled", "the call that this one is made for is over");
  if (signal?.aborted !== true) return null;
  return new StatorError("cancelled", "the call's signal was aborted", { cause: signal.reason });
}

function isStream<Req>(request: Req | AsyncIterable<Req>): request is AsyncIterable<Req> {
  return typeof request === "object" && request !== null && Symbol.asyncIterator in request;
}

/** The time in whole milliseconds, at least one; 0 for none. */
function timeout(own: number | undefined, inherited: number | null): number {
  if (own !== undefined && !(own > 0)) {
    throw new StatorError("invalid_argument", `timeoutMs is ${own}; give a positive number of milliseconds`);
  }
  const shorter = Math.min(own ?? Infinity, inherited ?? Infinity);
  return shorter === Infinity ? 0 : Math.max(1, Math.min(MAX_TIMEOUT, Math.ceil(shorter)));
}
