import { Ajv } from "ajv";
import { orThrow, type ValidatorPeer } from "../peer.ts";

const ajv = new Ajv();
const u32 = { type: "integer", minimum: 0, maximum: 4294967295 };
const optionalText = { type: "string", nullable: true };

const order = ajv.compile({
  type: "object",
  properties: {
    id: u32,
    customer: { type: "string" },
    email: { type: "string" },
    quantity: { type: "integer", minimum: 0, maximum: 65535 },
    price: { type: "number" },
    paid: { type: "boolean" },
    note: optionalText,
    tags: { type: "array", items: { type: "string" } },
    priority: { enum: ["quick", "very-careful", "OFF"] },
    discount: { type: "integer", minimum: -2147483648, maximum: 2147483647 },
  },
  required: ["id", "customer", "email", "quantity", "price", "paid", "tags", "priority", "discount"],
});

const token = ajv.compile({
  type: "object",
  properties: {
    index: u32,
    tokenId: u32,
    text: { type: "string" },
    logProbability: { type: "number", nullable: true },
    finish: optionalText,
  },
  required: ["index", "tokenId", "text"],
});

/** Compiled. Says yes or no: unknown keys stay, defaults are not filled in. */
export const peer: ValidatorPeer = { order: orThrow((value) => order(value)), token: orThrow((value) => token(value)) };
