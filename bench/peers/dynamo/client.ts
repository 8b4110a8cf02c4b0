import { DistributedRuntime } from "@stator/runtime-native";
import type { ConnectPeer } from "../../peer.ts";
import { caller } from "../stator/caller.ts";

/** The same runtime, but calls go over the original's wire. */
export const connect: ConnectPeer = async () => caller(await DistributedRuntime.create({ requestPlane: "dynamo" }));
