import { Compile } from "typebox/compile";
import { Type } from "typebox";
import { orThrow, type ValidatorPeer } from "../peer.ts";

const u32 = Type.Integer({ minimum: 0, maximum: 4294967295 });

const order = Compile(
  Type.Object({
    id: u32,
    customer: Type.String(),
    email: Type.String(),
    quantity: Type.Integer({ minimum: 0, maximum: 65535 }),
    price: Type.Number(),
    paid: Type.Boolean(),
    note: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    tags: Type.Array(Type.String()),
    priority: Type.Union([Type.Literal("quick"), Type.Literal("very-careful"), Type.Literal("OFF")]),
    discount: Type.Integer({ minimum: -2147483648, maximum: 2147483647 }),
  }),
);

const token = Compile(
  Type.Object({
    index: u32,
    tokenId: u32,
    text: Type.String(),
    logProbability: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
    finish: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }),
);

/** Compiled. Says yes or no: unknown keys stay, defaults are not filled in. */
export const peer: ValidatorPeer = {
  order: orThrow((value) => order.Check(value)),
  token: orThrow((value) => token.Check(value)),
};
