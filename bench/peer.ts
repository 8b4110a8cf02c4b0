import type { Echo, StreamRequest, TokenItem } from "./messages.ts";

/**
 * One way of calling another process. A folder `bench/peers/<name>` holds two modules:
 * `server.ts` exports `serve: ServePeer`, `client.ts` exports `connect: ConnectPeer`.
 * They run in two processes. A peer in Python has `server.py` and `client.py` instead, whole processes. The environment holds `BENCH_FOLDER`, an empty private folder that both may use.
 */
export interface PeerServer {
  /** Whatever the client needs to find this server: a port, a path. */
  readonly address: string;
  close(): Promise<void>;
}

export interface PeerClient {
  /** Sends the request and gives the parsed reply. Rejects when the reply is an error. */
  call(request: Echo): Promise<Echo>;
  /** Gives every parsed item in order. */
  stream(request: StreamRequest): AsyncIterable<TokenItem>;
  close(): Promise<void>;
}

/**
 * Starts the server. It answers a call with its own request, from an async function,
 * and a stream with the items of `tokens()`.
 */
export type ServePeer = () => Promise<PeerServer>;

/** Connects to the server with that address; resolves when calls can be made. */
export type ConnectPeer = (address: string) => Promise<PeerClient>;
