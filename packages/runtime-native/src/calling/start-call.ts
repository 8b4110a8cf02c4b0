import { type Bridge, shutDown } from "../crossing/bridge.ts";
import { OPERATION, OPERATION_FLAG } from "../crossing/operation.ts";
import { encodePayload } from "../crossing/payload.ts";
import { milliseconds } from "../milliseconds.ts";
import { servedContext } from "../serving/context-storage.ts";
import type { ServedContext } from "../serving/served-context.ts";
import { StatorError } from "../stator-error.ts";
import { packCall } from "../testing/test-call.ts";
import type { CallOptions } from "./call-options.ts";
import { CallResponse } from "./call-response.ts";
import { checkCallOptions } from "./check-call-options.ts";
import type { ResponseStream } from "./response-stream.ts";
import { sendRequests } from "./send-requests.ts";

/** Where a call starts. */
export interface CallOrigin {
  readonly bridge: Bridge;
  /** The number of the client. */
  readonly client: number;
  /** `namespace.component.endpoint` */
  readonly path: string;
}

/** Starts a call on a client; `route` is one of `ROUTE` with flags, `instanceId` counts for a direct call only. */
export function startCall<Req, Res>(
  { bridge, client, path }: CallOrigin,
  route: number,
  instanceId: bigint,
  request: Req | AsyncIterable<Req>,
  options: CallOptions | undefined,
): ResponseStream<Res> {
  const parent = servedContext();
  const stream = isStream(request);
  const payload = stream ? null : encodePayload(request);
  if (options !== undefined) checkCallOptions(options);
  const timeoutMs = shorter(milliseconds("timeoutMs", options?.timeoutMs, 1), parent?.remainingMs ?? null);
  const id = options?.id ?? parent?.id ?? null;
  const said = parent?.outgoingMetadata(options?.metadata) ?? options?.metadata;
  const { bed } = bridge;
  // The core has only the real time; what is judged by another one travels as metadata.
  const deadline =
    bed === null || bed.clock.isReal || timeoutMs === 0
      ? null
      : { at: bed.clock.now() + timeoutMs, number: bed.arrivals.expect() };
  const metadata = bed === null ? said : packCall(bed, said, deadline);
  const text = id === null && metadata === undefined ? "" : JSON.stringify({ id, metadata: metadata ?? {} });
  const number = bridge.callNumber();
  const response = new CallResponse<Res>({
    bridge,
    number,
    id,
    signal: options?.signal,
    onOver: options?.onOver,
    parent,
  });
  const over = alreadyOver(bridge, parent, options?.signal);
  if (over !== null) {
    response.failed(over, 0, 0);
    return response;
  }
  const head = OPERATION.call | route | (stream ? OPERATION_FLAG.stream : 0);
  bridge.outbox.pushCall(head, number, payload, client, deadline === null ? timeoutMs : 0, text, instanceId);
  if (bed !== null && deadline !== null) response.watchDeadline(bed, deadline.number, timeoutMs, path);
  if (stream) void sendRequests(bridge, number, response, request);
  return response;
}

/** Why a call need not even be sent. */
function alreadyOver(
  bridge: Bridge,
  parent: ServedContext | undefined,
  signal: AbortSignal | undefined,
): StatorError | null {
  if (bridge.isClosed) return shutDown();
  if (parent?.isOver === true) {
    return new StatorError(
      "cancelled",
      "the call that this one is made for is over; work that outlives its call must be started outside of it",
    );
  }
  if (signal?.aborted !== true) return null;
  return new StatorError("cancelled", "the call's signal was aborted", { cause: signal.reason });
}

function isStream<Req>(request: Req | AsyncIterable<Req>): request is AsyncIterable<Req> {
  return typeof request === "object" && request !== null && Symbol.asyncIterator in request;
}

/** The time that the crossing takes: at least one millisecond; 0 for no limit. */
function shorter(own: number | null, inherited: number | null): number {
  if (inherited === null) return own ?? 0;
  return Math.max(1, Math.min(own ?? Infinity, Math.ceil(inherited)));
}
