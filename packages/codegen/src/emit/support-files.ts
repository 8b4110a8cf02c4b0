import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dir, "..", "support");

/** What generated code stands on: copies of the files in `src/support`, so that it depends on no package. */
export function supportFiles(withClients: boolean): [string, string][] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .filter((name) => withClients || name !== "checked-response.ts")
    .toSorted()
    .map((name) => [`support/${name}`, readFileSync(join(folder, name), "utf8")]);
}
