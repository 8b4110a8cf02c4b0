import { join } from "node:path";

/** The folder of the repository; every script works from here, wherever it is started. */
export const root = join(import.meta.dir, "..", "..");
