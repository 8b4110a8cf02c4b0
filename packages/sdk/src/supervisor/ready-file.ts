import { renameSync, writeFileSync } from "node:fs";

import type { ServiceGroup } from "./service-group.ts";

/** Replaces the file in one step, so that a reader sees the old content or the new one. */
export function writeReadyFile(
  path: string,
  where: { readonly url: string | null; readonly systemUrl: string | null },
  services: ReadonlyMap<string, ServiceGroup>,
): void {
  const content = {
    ...where,
    pid: process.pid,
    services: Object.fromEntries([...services].map(([id, group]) => [id, group.workers.map((each) => each.ready)])),
  };
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`);
  renameSync(draft, path);
}
