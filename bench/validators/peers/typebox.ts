import { type TObjectOptions, type TSchema, Type } from "typebox";
import { Compile } from "typebox/compile";
import { Clone } from "typebox/value";
import { type Checks, F32_MAX, sharing, type ValidatorPeer } from "../peer.ts";

const u32 = Type.Integer({ minimum: 0, maximum: 4294967295 });
const orNull = (type: TSchema) => Type.Union([type, Type.Null()], { default: null });
const oneOf = (...texts: string[]) => Type.Union(texts.map((text) => Type.Literal(text)));

const order = (text: TSchema, options: TObjectOptions) =>
  Type.Object(
    {
      id: u32,
      customer: text,
      email: text,
      quantity: Type.Integer({ minimum: 0, maximum: 65535 }),
      price: Type.Number(),
      paid: Type.Boolean(),
      note: orNull(text),
      tags: Type.Array(text),
      priority: oneOf("quick", "very-careful", "OFF"),
      discount: Type.Integer({ minimum: -2147483648, maximum: 2147483647 }),
    },
    options,
  );

const token = (text: TSchema, options: TObjectOptions) =>
  Type.Object(
    {
      index: u32,
      tokenId: u32,
      text,
      logProbability: orNull(Type.Number({ minimum: -F32_MAX, maximum: F32_MAX })),
      finish: orNull(oneOf("stop", "length", "tool_calls", "unknown")),
    },
    options,
  );

const any = Type.String();
const wellFormed = Type.Refine(Type.String(), (text) => text.isWellFormed());

function compiled(make: (text: TSchema, options: TObjectOptions) => TSchema): Checks {
  const check = Compile(make(wellFormed, {}));
  const checkAnyText = Compile(make(any, {}));
  const parse = Compile(make(wellFormed, { additionalProperties: false }));
  return sharing({
    check: (value) => check.Check(value),
    checkAnyText: (value) => checkAnyText.Check(value),
    // What fits already is not copied. `Parse` with `correctiveParse` would also make 1 of 1.5.
    parse: (value) => {
      if (parse.Check(value)) return value;
      const cleaned = parse.Clean(parse.Default(Clone(value)));
      if (!parse.Check(cleaned)) throw new TypeError("the value does not fit");
      return cleaned;
    },
  });
}

/** Compiled. */
export const peer: ValidatorPeer = { order: compiled(order), token: compiled(token) };
