import type { Echo, StreamRequest, TokenItem } from "../../messages.ts";

/** What the client sends. */
export type ClientMessage = { id: number; call: Echo } | { id: number; stream: StreamRequest };

/** What the worker sends. */
export type ServerMessage = { id: number; reply: Echo } | { id: number; item: TokenItem } | { id: number; end: true };
