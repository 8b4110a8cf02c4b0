import { Server } from "node:net";
import type { ListenOptions } from "node:net";

/** Moleculer's TCP transporter listens on every address and has no option for one: here this machine is enough. */
export function listenOnLoopback(): void {
  const original = Object.getOwnPropertyDescriptor(Server.prototype, "listen") as TypedPropertyDescriptor<
    (this: Server, options: ListenOptions, done?: () => void) => Server
  >;
  Object.defineProperty(Server.prototype, "listen", {
    ...original,
    value(this: Server, options: ListenOptions, done?: () => void) {
      return original.value?.call(this, { ...options, host: "127.0.0.1" }, done);
    },
  });
}
