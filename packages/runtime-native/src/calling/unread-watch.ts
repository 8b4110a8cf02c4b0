import type { Bridge } from "../crossing/bridge.ts";
import { StatorError } from "../stator-error.ts";
import { CallResponse } from "./call-response.ts";

/** Looks that a response gets before it counts as forgotten. */
const LOOKS = 4;

/** Cancels responses that nobody begins to read within `limitMs`, so that a forgotten call cannot hold its worker. */
export function watchUnread(bridge: Bridge, limitMs: number): () => void {
  if (limitMs === 0) return () => {};
  const timer = setInterval(() => {
    for (const call of bridge.receivers.calls.values()) {
      if (!(call instanceof CallResponse) || !call.isUnread || ++call.unreadLooks <= LOOKS) continue;
      call.abandon(
        new StatorError(
          "cancelled",
          `nobody read the response for ${limitMs} ms (unreadTimeoutMs), so it was cancelled`,
        ),
      );
    }
  }, limitMs / LOOKS).unref();
  return () => clearInterval(timer);
}
