import type { Bridge } from "./crossing/bridge.ts";
import type { ServedEndpoint } from "./serving/served-endpoint.ts";

/** What the parts of a runtime share. */
export interface RuntimeCore {
  readonly bridge: Bridge;
  readonly instanceId: bigint;
  readonly served: Set<ServedEndpoint>;
}
