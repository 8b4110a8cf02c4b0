import { z } from "zod";
import type { ValidatorPeer } from "../peer.ts";

const u32 = z.number().int().min(0).max(4294967295);

const order = z.object({
  id: u32,
  customer: z.string(),
  email: z.string(),
  quantity: z.number().int().min(0).max(65535),
  price: z.number(),
  paid: z.boolean(),
  note: z.string().nullable().default(null),
  tags: z.array(z.string()),
  priority: z.enum(["quick", "very-careful", "OFF"]),
  discount: z.number().int().min(-2147483648).max(2147483647),
});

const token = z.object({
  index: u32,
  tokenId: u32,
  text: z.string(),
  logProbability: z.number().nullable().default(null),
  finish: z.string().nullable().default(null),
});

/** Returns a new object without unknown keys. */
export const peer: ValidatorPeer = { order: (value) => order.parse(value), token: (value) => token.parse(value) };
