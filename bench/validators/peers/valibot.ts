import * as v from "valibot";
import { type Checks, copying, F32_MAX, type ValidatorPeer } from "../peer.ts";

type Text = v.GenericSchema<unknown, string>;
type Optional<T> = v.GenericSchema<unknown, T | null>;

const integer = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

const order = (text: Text, note: Optional<string>) =>
  v.object({
    id: integer(0, 4294967295),
    customer: text,
    email: text,
    quantity: integer(0, 65535),
    price: v.pipe(v.number(), v.finite()),
    paid: v.boolean(),
    note,
    tags: v.array(text),
    priority: v.picklist(["quick", "very-careful", "OFF"]),
    discount: integer(-2147483648, 2147483647),
  });

const log = v.nullable(v.pipe(v.number(), v.minValue(-F32_MAX), v.maxValue(F32_MAX)));
const finish = v.nullable(v.picklist(["stop", "length", "tool_calls", "unknown"]));

const token = (text: Text, logProbability: Optional<number>, end: Optional<string>) =>
  v.object({
    index: integer(0, 4294967295),
    tokenId: integer(0, 4294967295),
    text,
    logProbability,
    finish: end,
  });

const any = v.string();
const wellFormed = v.pipe(
  any,
  v.check((text) => text.isWellFormed()),
);

function functions(strict: v.GenericSchema, loose: v.GenericSchema, defaulted: v.GenericSchema): Checks {
  return copying({
    check: (value) => v.is(strict, value),
    checkAnyText: (value) => v.is(loose, value),
    parse: (value) => v.parse(defaulted, value),
  });
}

export const peer: ValidatorPeer = {
  order: functions(
    order(wellFormed, v.nullable(wellFormed)),
    order(any, v.nullable(any)),
    order(wellFormed, v.optional(v.nullable(wellFormed), null)),
  ),
  token: functions(
    token(wellFormed, log, finish),
    token(any, log, finish),
    token(wellFormed, v.optional(log, null), v.optional(finish, null)),
  ),
};
