import { DistributedRuntime } from "@stator/runtime-native";
import type { Echo, StreamRequest, TokenItem } from "../../messages.ts";
import type { ConnectPeer } from "../../peer.ts";
import { paths } from "../stator/path.ts";

/** The same runtime, but calls go over the original's wire. */
export const connect: ConnectPeer = async () => {
  const runtime = await DistributedRuntime.create({ requestPlane: "dynamo" });
  const calls = await runtime.endpoint(paths.call).client<Echo, Echo>();
  const streams = await runtime.endpoint(paths.stream).client<StreamRequest, TokenItem>();
  await Promise.all([calls.waitForInstances({ timeoutMs: 10_000 }), streams.waitForInstances({ timeoutMs: 10_000 })]);
  return {
    call: (request) => calls.roundRobin(request).one(),
    stream: (request) => streams.roundRobin(request),
    close: () => runtime.shutdown(),
  };
};
