import { expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { findGpus, readGpuList } from "./gpu-inventory.ts";

test.each([
  ["0,1, 2", ["0", "1", "2"]],
  ["GPU-8f2e,MIG-11aa", ["GPU-8f2e", "MIG-11aa"]],
  ["", []],
  ["-1", []],
  ["0,-1,2", ["0"]],
  ["0,0", ["0"]],
])("reads %j", (text, gpus) => {
  expect(readGpuList(text)).toEqual(gpus);
});

test("what the environment says beats what the driver's tool lists", () => {
  const folder = mkdtempSync(join(tmpdir(), "stator-gpus-"));
  const tool = join(folder, "nvidia-smi");
  writeFileSync(tool, "#!/bin/sh\nprintf '0\\n1\\n2\\n'\n");
  chmodSync(tool, 0o755);
  const PATH = `${folder}:/usr/bin:/bin`;
  expect(findGpus({ PATH })).toEqual(["0", "1", "2"]);
  expect(findGpus({ PATH, CUDA_VISIBLE_DEVICES: "1" })).toEqual(["1"]);
  expect(findGpus({ PATH, CUDA_VISIBLE_DEVICES: "" })).toEqual([]);
  expect(findGpus({ PATH, CUDA_VISIBLE_DEVICES: "1", STATOR_GPUS: "5,6" })).toEqual(["5", "6"]);
  expect(findGpus({ PATH: "/nowhere" })).toEqual([]);
  writeFileSync(tool, "#!/bin/sh\nexit 9\n");
  expect(findGpus({ PATH })).toEqual([]);
  rmSync(folder, { recursive: true });
});
