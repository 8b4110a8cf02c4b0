import { DistributedRuntime } from "@stator/runtime-native";
import type { ServePeer } from "../../peer.ts";
import { serveAll } from "./worker.ts";

/** The public API as an application uses it, found through discovery by files. */
export const serve: ServePeer = async () => {
  const runtime = await DistributedRuntime.create();
  await serveAll(runtime);
  return { address: "found through discovery", close: () => runtime.shutdown() };
};
