import { serve as serveService } from "@stator/sdk";
import type { ServePeer } from "../../peer.ts";
import { Worker } from "./worker.ts";

export const serve: ServePeer = async () => {
  const serving = await serveService(Worker, { signals: false });
  return { address: "found through discovery", close: () => serving.stop() };
};
