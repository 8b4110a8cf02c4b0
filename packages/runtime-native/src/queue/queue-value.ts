import { decodePayload, decodeText, encodePayload, Msgpack } from "../crossing/payload.ts";
import type { QueueValue } from "../generated/types/queue-value.ts";

/** A value on its way into a queue: JSON, the bytes of a `Uint8Array`, or msgpack if bytes or a `Map` stand inside. */
export function queueValue(value: unknown): QueueValue {
  const payload = encodePayload(value);
  if (typeof payload === "string") return { json: payload };
  return payload instanceof Msgpack ? { msgpack: payload.bytes.toBase64() } : { bytes: payload.toBase64() };
}

/** What a value of a queue stands for. Throws for what is neither JSON nor msgpack: anybody may have put it. */
export function valueOf(value: QueueValue): unknown {
  if ("json" in value) return decodeText(value.json);
  if ("bytes" in value) return Uint8Array.fromBase64(value.bytes);
  if ("unreadable" in value) throw new SyntaxError("the value is neither JSON nor text");
  return decodePayload(new Msgpack(Uint8Array.fromBase64(value.msgpack)));
}
