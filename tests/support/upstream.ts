import { join } from "node:path";

import { loopback } from "../../scripts/lib/upstream/loopback.ts";
import type { UpstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { Command } from "./command.ts";

/**
 * A Python program with the wheel of the original.
 *
 * @param folder where programs that belong together find each other: a folder of the test.
 */
export function upstreamCommand(wheel: UpstreamWheel, folder: string, argv: readonly string[]): Command {
  const settings = loopback(wheel.version, join(folder, `upstream-${wheel.version}`));
  return new Command(argv, { ...settings, ...wheel.environment }, wheel.python);
}
