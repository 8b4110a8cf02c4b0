import type { DistributedRuntime } from "@stator/runtime-native";
import type { Echo, StreamRequest, TokenItem } from "../../messages.ts";
import { tokens } from "../../messages.ts";
import { paths } from "./path.ts";
import { slowDown } from "./slow.ts";

/** The handlers of the worker, as an application writes them. */
export async function serveAll(runtime: DistributedRuntime): Promise<void> {
  await runtime.endpoint(paths.call).serveEndpoint<Echo, Echo>(async (request) => {
    slowDown();
    return request;
  });
  await runtime.endpoint(paths.stream).serveEndpoint<StreamRequest, TokenItem>((request) => {
    slowDown();
    return tokens(request);
  });
  await runtime.endpoint(paths.bytes).serveEndpoint<Uint8Array, Uint8Array>(async (request) => request);
}
