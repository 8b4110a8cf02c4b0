import { DistributedRuntime } from "@stator/runtime-native";
import type { Echo, StreamRequest, TokenItem } from "../../messages.ts";
import { tokens } from "../../messages.ts";
import type { ServePeer } from "../../peer.ts";
import { paths } from "./path.ts";

/** The public API as an application uses it, found through discovery by files. */
export const serve: ServePeer = async () => {
  const runtime = await DistributedRuntime.create();
  await runtime.endpoint(paths.call).serveEndpoint<Echo, Echo>(async (request) => request);
  await runtime.endpoint(paths.stream).serveEndpoint<StreamRequest, TokenItem>((request) => tokens(request));
  return { address: "found through discovery", close: () => runtime.shutdown() };
};
