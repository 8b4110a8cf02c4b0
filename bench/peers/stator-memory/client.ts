import { DistributedRuntime } from "@stator/runtime-native";
import type { ConnectPeer } from "../../peer.ts";
import { caller } from "../stator/caller.ts";
import { serveAll } from "../stator/worker.ts";

/** Both sides in one process, over the memory plane: values are copied through the codec. */
export const connect: ConnectPeer = async () => {
  const runtime = await DistributedRuntime.create({ discovery: "memory", requestPlane: "memory" });
  await serveAll(runtime);
  return caller(runtime);
};
