import { expect, test } from "bun:test";

import { serve } from "@stator/sdk";

import { Frontend } from "./frontend.ts";

interface Word {
  text: string;
  servedBy: { service: string }[];
}

test("the whole graph runs in one process, as it does in three", async () => {
  await using serving = await serve(Frontend, {
    withDependencies: true,
    http: { port: 0 },
    runtime: { discovery: "memory", requestPlane: "memory" },
    signals: false,
  });
  const response = await fetch(`${serving.url}/generate`, { method: "POST", body: '{"text":"in  one\\nprocess"}' });
  const words = (await response.text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Word);
  expect(words.map((word) => word.text)).toEqual(["in", "one", "process"]);
  for (const word of words) {
    expect(word.servedBy.map((hop) => hop.service)).toEqual(["Backend", "Middle", "Frontend"]);
  }
});
