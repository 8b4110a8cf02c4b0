import type { DistributedRuntime } from "@stator/runtime-native";
import type { Echo, StreamRequest, TokenItem } from "../../messages.ts";
import type { PeerClient } from "../../peer.ts";
import { paths } from "./path.ts";

/** Calls the worker through that runtime; resolves when it has been found. */
export async function caller(runtime: DistributedRuntime): Promise<PeerClient> {
  const calls = await runtime.endpoint(paths.call).client<Echo, Echo>();
  const streams = await runtime.endpoint(paths.stream).client<StreamRequest, TokenItem>();
  const bytes = await runtime.endpoint(paths.bytes).client<Uint8Array, Uint8Array>();
  for (const client of [calls, streams, bytes]) await client.waitForInstances({ timeoutMs: 10_000 });
  return {
    call: (request) => calls.roundRobin(request).one(),
    stream: (request) => streams.roundRobin(request),
    batches: (request) => streams.roundRobin(request).batches(),
    bytes: (request) => bytes.roundRobin(request).one(),
    close: () => runtime.shutdown(),
  };
}
