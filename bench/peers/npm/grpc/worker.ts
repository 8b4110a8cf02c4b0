import { join } from "node:path";
import { loadPackageDefinition } from "@grpc/grpc-js";
import type { Client, ClientReadableStream, ServiceClientConstructor } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { Echo, StreamRequest, TokenItem } from "../../../messages.ts";

/** The client of grpc-js for proto/worker.proto. */
export interface WorkerClient extends Client {
  Call(request: Echo, done: (error: Error | null, reply?: Echo) => void): void;
  Stream(request: StreamRequest): ClientReadableStream<TokenItem>;
}

const definition = loadSync(join(import.meta.dir, "../proto/worker.proto"), { keepCase: true, defaults: true });
const { bench } = loadPackageDefinition(definition) as unknown as { bench: { Worker: ServiceClientConstructor } };

export const Worker = bench.Worker;
