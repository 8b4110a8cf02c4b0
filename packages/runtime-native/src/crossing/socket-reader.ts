/** Whether this engine's event loop can read sockets that the addon opened. */
export const readsSockets: boolean = process.versions["bun"] !== undefined && process.platform !== "win32";

/** Hears what a socket receives. */
export interface SocketEvents {
  received(bytes: Uint8Array): void;
  ended(): void;
}

/**
 * Reads a connected socket with this process's event loop. What arrives reaches JavaScript without a hop through another
 * thread. The addon writes to the socket itself, through a descriptor of its own.
 */
export function readSocket(descriptor: number, events: SocketEvents): void {
  const socket = {
    // The socket alone keeps no process alive; open calls and served endpoints do.
    open: (opened: Bun.Socket) => {
      opened.unref();
    },
    data: (_: Bun.Socket, bytes: Uint8Array) => events.received(bytes),
    close: () => events.ended(),
    error: () => events.ended(),
    connectError: () => events.ended(),
  };
  // The declarations of Bun do not have this form yet.
  const connect = Bun.connect as unknown as (options: { fd: number; socket: object }) => Promise<unknown>;
  connect({ fd: descriptor, socket }).catch(() => events.ended());
}
