import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { sendUnaryData, ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import type { Echo, StreamRequest, TokenItem } from "../../../messages.ts";
import { tokens } from "../../../messages.ts";
import type { ServePeer } from "../../../peer.ts";
import { Worker } from "./worker.ts";

/** grpc-js, without TLS. */
export const serve: ServePeer = async () => {
  const server = new Server();
  server.addService(Worker.service, {
    Call: (call: ServerUnaryCall<Echo, Echo>, done: sendUnaryData<Echo>) =>
      void handle(call.request).then((reply) => done(null, reply)),
    Stream: (call: ServerWritableStream<StreamRequest, TokenItem>) => void stream(call),
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
    error === null ? resolve(port) : reject(error),
  );
  return { address: `127.0.0.1:${await promise}`, close: async () => server.forceShutdown() };
};

async function handle(request: Echo): Promise<Echo> {
  return request;
}

async function stream(call: ServerWritableStream<StreamRequest, TokenItem>): Promise<void> {
  for await (const item of tokens(call.request)) {
    if (!call.write(item)) await new Promise<void>((drained) => void call.once("drain", drained));
  }
  call.end();
}
