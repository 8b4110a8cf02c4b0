import { expect, test } from "bun:test";

import { Graph } from "../support/graph.ts";

interface Word {
  readonly word: string;
  readonly pid: number;
  readonly mode: string;
}

test("services without classes run under the supervisor, each in processes of its own", async () => {
  await using graph = await Graph.start("tests/e2e/fixtures/built.ts#Frontend", ["--Splitter.workers=2"]);
  const ask = async (): Promise<Word[]> => {
    const response = await fetch(`${graph.url}/words`, { method: "POST", body: '{"text":"a b"}' });
    return (await response.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Word);
  };
  const answers = [await ask(), await ask()].flat();
  expect(answers.map(({ word, mode }) => `${word} ${mode}`)).toEqual(
    ["a", "b", "a", "b"].map((word) => `${word} from the definition`),
  );
  // Both workers were there before the front end started, and take turns.
  expect(new Set(answers.map(({ pid }) => pid)).size).toBe(2);
  expect(await graph.stop()).toBe(0);
  expect(graph.command.text).toMatch(/^frontend +\| starting$/m);
  expect(graph.command.text).toMatch(/^frontend +\| stopping$/m);
});
