import { Ajv } from "ajv";
import { type Checks, F32_MAX, orThrow, sharing, type ValidatorPeer } from "../peer.ts";

const u32 = { type: "integer", minimum: 0, maximum: 4294967295 };

function order(text: object): Record<string, object> {
  return {
    id: u32,
    customer: text,
    email: text,
    quantity: { type: "integer", minimum: 0, maximum: 65535 },
    price: { type: "number" },
    paid: { type: "boolean" },
    note: { ...text, nullable: true, default: null },
    tags: { type: "array", items: text },
    priority: { enum: ["quick", "very-careful", "OFF"] },
    discount: { type: "integer", minimum: -2147483648, maximum: 2147483647 },
  };
}

function token(text: object): Record<string, object> {
  return {
    index: u32,
    tokenId: u32,
    text,
    logProbability: { type: "number", nullable: true, minimum: -F32_MAX, maximum: F32_MAX, default: null },
    finish: { enum: ["stop", "length", "tool_calls", "unknown", null], default: null },
  };
}

/** `strictNumbers` refuses `NaN` and infinity. */
const plain = new Ajv({ strictNumbers: true });
/** Changes the value that it is given. */
const cleaning = new Ajv({ strictNumbers: true, removeAdditional: true, useDefaults: true });
for (const ajv of [plain, cleaning]) {
  ajv.addFormat("well-formed", { type: "string", validate: (text: string) => text.isWellFormed() });
}

function compiled(properties: (text: object) => Record<string, object>): Checks {
  const any = { type: "string" };
  const wellFormed = { type: "string", format: "well-formed" };
  const object = (text: object, more: object = {}): object => {
    const fields = properties(text);
    return { type: "object", properties: fields, required: Object.keys(fields), ...more };
  };
  const check = plain.compile(object(wellFormed));
  const checkAnyText = plain.compile(object(any));
  const parse = cleaning.compile(object(wellFormed, { additionalProperties: false }));
  return sharing({
    check: (value) => check(value),
    checkAnyText: (value) => checkAnyText(value),
    parse: orThrow((value) => parse(value)),
  });
}

/** Compiled. */
export const peer: ValidatorPeer = { order: compiled(order), token: compiled(token) };
