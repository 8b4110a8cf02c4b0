import * as v from "valibot";
import type { ValidatorPeer } from "../peer.ts";

const integer = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

const order = v.object({
  id: integer(0, 4294967295),
  customer: v.string(),
  email: v.string(),
  quantity: integer(0, 65535),
  price: v.pipe(v.number(), v.finite()),
  paid: v.boolean(),
  note: v.optional(v.nullable(v.string()), null),
  tags: v.array(v.string()),
  priority: v.picklist(["quick", "very-careful", "OFF"]),
  discount: integer(-2147483648, 2147483647),
});

const token = v.object({
  index: integer(0, 4294967295),
  tokenId: integer(0, 4294967295),
  text: v.string(),
  logProbability: v.optional(v.nullable(v.pipe(v.number(), v.finite())), null),
  finish: v.optional(v.nullable(v.string()), null),
});

/** Returns a new object without unknown keys. */
export const peer: ValidatorPeer = { order: (value) => v.parse(order, value), token: (value) => v.parse(token, value) };
