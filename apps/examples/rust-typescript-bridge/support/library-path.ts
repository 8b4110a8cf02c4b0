import { join } from "node:path";
import { addonFileName } from "../generated/support/addon-file-name.ts";

/** Where `build.ts` puts a library of this platform. Bun opens it under any name. */
export function libraryPath(name: string): string {
  return join(import.meta.dir, "..", addonFileName(name));
}
