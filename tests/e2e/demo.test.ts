import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/lib/paths.ts";

const text = readFileSync(join(root, "apps/examples/hello-world/words.txt"), "utf8");
const words = text.split(/\s+/).filter((word) => word !== "");

test("the demo streams every word through three instances and ends", async () => {
  const demo = Bun.spawn([process.execPath, "run", "demo"], { cwd: root, stdout: "pipe", stderr: "pipe" });
  const [output, errors, exitCode] = await Promise.all([demo.stdout.text(), demo.stderr.text(), demo.exited]);
  expect({ exitCode, errors: exitCode === 0 ? "" : output + errors }).toEqual({ exitCode: 0, errors: "" });

  // Each line: index, word, and `Backend <id> > Middle <id> > Frontend <id>` with ids of 64 bits.
  const rows = [...output.matchAll(/^ *(\d+) {2}(\S+) +(Backend [0-9a-f]{16} > Middle [0-9a-f]{16}.*)$/gm)];
  expect(rows.map(([, index]) => Number(index))).toEqual(words.map((_, index) => index));
  expect(rows.map(([, , word]) => word)).toEqual(words);
  expect(new Set(rows.map(([, , , way]) => way)).size).toBe(1);
});
