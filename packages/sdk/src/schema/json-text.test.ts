import { expect, test } from "bun:test";

import { parseJson, stringifyJson } from "./json-text.ts";

test("carries integers of any size exactly", () => {
  const text = '{"id":18446744073709551615,"small":1,"list":[-9007199254740993]}';
  const value = parseJson(text);
  expect(value).toEqual({ id: 18446744073709551615n, small: 1, list: [-9007199254740993n] });
  expect(stringifyJson(value)).toBe(text);
});

test("leaves text and fractions alone", () => {
  const text = '{"text":"18446744073709551615","fraction":0.1234567890123456}';
  expect(stringifyJson(parseJson(text))).toBe(text);
  expect(stringifyJson(undefined)).toBe("null");
});
