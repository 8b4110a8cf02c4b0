import { expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runFolder } from "./run-folder.ts";

test("is made private, and refused where it cannot be", () => {
  const folder = mkdtempSync(join(tmpdir(), "stator-run-"));
  const own = join(folder, "own");
  expect(runFolder({ STATOR_RUN_DIR: own })).toBe(own);
  expect(statSync(own).mode & 0o777).toBe(0o700);
  chmodSync(own, 0o755);
  runFolder({ STATOR_RUN_DIR: own });
  expect(statSync(own).mode & 0o777).toBe(0o700);

  expect(runFolder({ XDG_RUNTIME_DIR: folder })).toBe(join(folder, "stator"));
  symlinkSync(own, join(folder, "link"));
  expect(() => runFolder({ STATOR_RUN_DIR: join(folder, "link") })).toThrow("is no folder of your own");
  writeFileSync(join(folder, "file"), "");
  expect(() => runFolder({ STATOR_RUN_DIR: join(folder, "file") })).toThrow();
  expect(() => runFolder({ STATOR_RUN_DIR: join(folder, "x".repeat(100)) })).toThrow("too long a path for sockets");
  rmSync(folder, { recursive: true });
});
