import { abstractService, type Context } from "@stator/sdk";

import {
  type RouterService,
  type RoutingDecision,
  type RoutingProgress,
  type RoutingProgressAnswer,
  type RoutingRequest,
  type RoutingState,
  type RoutingStateRequest,
} from "../generated/index.ts";

/** The place of a router in a graph: it says which engine should take a prompt. */
@abstractService()
export abstract class Router implements RouterService {
  abstract bestWorker(request: RoutingRequest, context: Context): Promise<RoutingDecision>;
  abstract progress(request: RoutingProgress, context: Context): Promise<RoutingProgressAnswer>;
  abstract state(request: RoutingStateRequest, context: Context): Promise<RoutingState>;
}
