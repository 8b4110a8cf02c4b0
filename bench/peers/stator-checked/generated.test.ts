import { expect, test } from "bun:test";
import { root } from "../../../scripts/lib/paths.ts";

test("the generated validators are those of the schemas", async () => {
  const folder = "bench/peers/stator-checked";
  const command = `packages/codegen/src/cli/stator-codegen.ts export ${folder}/schemas.ts#Worker --out ${folder}/generated`;
  const child = Bun.spawn([process.execPath, ...command.split(" "), "--check"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect(code, `${out}${errors}\nGenerate them again: bun ${command}`).toBe(0);
}, 60_000);
