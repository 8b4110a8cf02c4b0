import { DistributedRuntime } from "@stator/runtime-native";
import type { ConnectPeer } from "../../peer.ts";
import { caller } from "./caller.ts";

export const connect: ConnectPeer = async () => caller(await DistributedRuntime.create());
