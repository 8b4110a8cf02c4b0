import { credentials } from "@grpc/grpc-js";
import type { Echo, StreamRequest, TokenItem } from "../../../messages.ts";
import type { ConnectPeer } from "../../../peer.ts";
import { Worker } from "./worker.ts";
import type { WorkerClient } from "./worker.ts";

export const connect: ConnectPeer = async (address) => {
  const client = new Worker(address, credentials.createInsecure()) as unknown as WorkerClient;
  await new Promise<void>((resolve, reject) =>
    client.waitForReady(Date.now() + 10_000, (error) => (error === undefined ? resolve() : reject(error))),
  );
  return {
    call: (request) =>
      new Promise<Echo>((resolve, reject) =>
        client.Call(request, (error, reply) =>
          error === null && reply !== undefined ? resolve(reply) : reject(error ?? new Error("no reply")),
        ),
      ),
    stream: (request) => items(client, request),
    close: async () => client.close(),
  };
};

async function* items(client: WorkerClient, request: StreamRequest): AsyncGenerator<TokenItem> {
  for await (const item of client.Stream(request)) yield item as TokenItem;
}
