import { expect, test } from "bun:test";

import type { EngineLoad } from "../kv/load-publisher.ts";
import { OpenAnswers } from "./open-answers.ts";

test("prompts count until the first token, then the blocks that they fill", () => {
  const loads: EngineLoad[] = [];
  const answers = new OpenAnswers(4, (load) => loads.push(load));
  const one = answers.begin(10);
  const other = answers.begin(3);
  one.made(1);
  one.made(1);
  one.made(1);
  other.end();
  other.end();
  one.end();
  expect(
    loads.map(({ active_prefill_tokens, active_decode_blocks }) => [active_prefill_tokens, active_decode_blocks]),
  ).toEqual([
    [10, 0],
    [13, 0],
    [3, 3],
    [3, 4],
    [0, 4],
    [0, 0],
  ]);
});
