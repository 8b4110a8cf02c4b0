/** What the peers exchange. Every peer carries the same values, so that only the way between differs. */

/** Unary request and reply: the worker sends it back unchanged. 64 characters as JSON. */
export interface Echo {
  /** Differs from call to call, so that a reply given to the wrong caller is noticed. */
  seq: number;
  text: string;
}

export interface StreamRequest {
  /** How many items the worker yields. */
  items: number;
}

/** One item of a stream, shaped like a token of a language model. */
export interface TokenItem {
  index: number;
  token_id: number;
  text: string;
  finish_reason: string | null;
}

const text = "the quick brown fox jumps over it all o";

/** The request with this number; `seq` has seven digits, so that its JSON is always 64 characters long. */
export function echo(seq: number): Echo {
  return { seq: 1_000_000 + (seq % 9_000_000), text };
}

/** The worker's generator, the same code for every peer. */
export async function* tokens(request: StreamRequest): AsyncGenerator<TokenItem> {
  for (let index = 0; index < request.items; index++) yield token(index);
}

/** The item with that index: for workers whose generator has to be a method. */
export function token(index: number): TokenItem {
  return { index, token_id: 1000 + index, text: " tok", finish_reason: null };
}

/** Throws unless the reply belongs to the request. */
export function checkEcho(request: Echo, reply: Echo): void {
  if (reply.seq !== request.seq || reply.text !== request.text) {
    throw new Error(`call ${request.seq} got the reply ${JSON.stringify(reply)}`);
  }
}

/** Throws unless this is the item with that index. */
export function checkToken(item: TokenItem, index: number): void {
  if (item.index !== index || item.token_id !== 1000 + index) {
    throw new Error(`item ${index} of a stream was ${JSON.stringify(item)}`);
  }
}
