import type { Echo, StreamRequest, TokenItem } from "./messages.ts";

/**
 * One way of calling another process. A folder `bench/peers/<name>`, or `bench/peers/npm/<name>` when it needs packages
 * from npm, holds two modules: `server.ts` exports `serve: ServePeer`, `client.ts` exports `connect: ConnectPeer`.
 * They run in two processes. The environment holds `BENCH_FOLDER`, an empty private folder that both may use.
 *
 * A peer in another language has whole programs instead, which take the arguments of `client-process.ts` and
 * `server-process.ts` and print what these print: `server.py` and `client.py`, or a Cargo package whose binary has the
 * name of its folder and takes `server` or `client` first.
 */
export interface PeerServer {
  /** Whatever the client needs to find this server: a port, a path. */
  readonly address: string;
  /** Processes besides this one that are part of the peer, such as a broker: their time of the processor counts, too. */
  readonly processes?: readonly number[];
  close(): Promise<void>;
}

export interface PeerClient {
  /** Sends the request and gives the parsed reply. Rejects when the reply is an error. */
  call(request: Echo): Promise<Echo>;
  /** Gives every parsed item in order. */
  stream(request: StreamRequest): AsyncIterable<TokenItem>;
  /** The same as arrays of the items that have come. A peer that has no such thing leaves it out, and is not measured. */
  batches?(request: StreamRequest): AsyncIterable<readonly TokenItem[]>;
  /** Sends the bytes and gives those that came back. Left out like `batches`. */
  bytes?(request: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Starts the server. It answers a call with its own request, from an async function, a stream with the items of
 * `tokens()`, and bytes with the same bytes, from an async function.
 */
export type ServePeer = () => Promise<PeerServer>;

/** Connects to the server with that address; resolves when calls can be made. */
export type ConnectPeer = (address: string) => Promise<PeerClient>;
