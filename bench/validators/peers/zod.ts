import { z } from "zod";
import { type Checks, copying, F32_MAX, type ValidatorPeer } from "../peer.ts";

const integer = (min: number, max: number) => z.number().int().min(min).max(max);

function order(text: z.ZodType<string>, note: z.ZodType<string | null>) {
  return z.object({
    id: integer(0, 4294967295),
    customer: text,
    email: text,
    quantity: integer(0, 65535),
    price: z.number(),
    paid: z.boolean(),
    note,
    tags: z.array(text),
    priority: z.enum(["quick", "very-careful", "OFF"]),
    discount: integer(-2147483648, 2147483647),
  });
}

const log = z.number().min(-F32_MAX).max(F32_MAX).nullable();
const finish = z.enum(["stop", "length", "tool_calls", "unknown"]).nullable();

function token(text: z.ZodType<string>, logProbability: z.ZodType<number | null>, end: z.ZodType<string | null>) {
  return z.object({
    index: integer(0, 4294967295),
    tokenId: integer(0, 4294967295),
    text,
    logProbability,
    finish: end,
  });
}

const any = z.string();
const wellFormed = any.refine((text) => text.isWellFormed());

/** Compiled, as its documentation says for hot paths. */
function compiled(strict: z.ZodType, loose: z.ZodType, defaulted: z.ZodType): Checks {
  const [check, checkAnyText, parse] = [strict, loose, defaulted].map((schema) => z.compile(schema, { strict: true }));
  if (check === undefined || checkAnyText === undefined || parse === undefined) throw new Error("cannot happen");
  return copying({
    // With refinements `validate` is the slower one.
    check: (value) => check.safeParse(value).success,
    checkAnyText: (value) => checkAnyText.validate(value),
    parse: (value) => parse.parse(value),
  });
}

export const peer: ValidatorPeer = {
  order: compiled(
    order(wellFormed, wellFormed.nullable()),
    order(any, any.nullable()),
    order(wellFormed, wellFormed.nullable().default(null)),
  ),
  token: compiled(
    token(wellFormed, log, finish),
    token(any, log, finish),
    token(wellFormed, log.default(null), finish.default(null)),
  ),
};
