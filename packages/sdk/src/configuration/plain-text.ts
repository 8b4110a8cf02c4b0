/** Numbers as JSON has them: no leading zeros, no plus sign. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const INTEGER = /^-?(?:0|[1-9]\d*)$/;

const WORDS: Readonly<Record<string, unknown>> = { null: null, true: true, false: false };

/**
 * What text without quotes may stand for, the likeliest first and the text itself last: `5` is a number, else a bigint, else
 * text. The schema decides. What a number cannot hold exactly is none: `18446744073709551615` is a bigint or text, `007`
 * text alone.
 */
export function plainReadings(text: string): readonly unknown[] {
  if (Object.hasOwn(WORDS, text)) return [WORDS[text], text];
  if (!NUMBER.test(text)) return [text];
  const number = Number(text);
  if (INTEGER.test(text)) return Number.isSafeInteger(number) ? [number, BigInt(text), text] : [BigInt(text), text];
  return Number.isFinite(number) ? [number, text] : [text];
}
