/** A worker with an engine, which says who they are, and goes on until it is killed. */
import { join } from "node:path";

import { testService } from "@stator/sdk/testing";

import { VllmWorker } from "../../../src/index.ts";

const settings = { serve: { executable: join(import.meta.dir, "vllm"), model: "/models/tiny" } };
const { instance } = await testService(VllmWorker, { configuration: { VllmWorker: settings } });
const { enginePid: pid, engineUrl } = instance.service;
const { child } = (await (await fetch(`${engineUrl}/state`)).json()) as { child: number };
console.log(JSON.stringify({ pid, child }));
