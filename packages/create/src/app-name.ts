import { UsageError } from "./usage-error.ts";

/** Names of packages that a registry takes: a text that begins with a letter or a digit. */
const NAME = /^[a-z0-9][a-z0-9._-]*$/;
const LONGEST = 214;

/** The name of the application, from that of its folder. Throws with one that would do. */
export function appName(folder: string): string {
  if (NAME.test(folder) && folder.length <= LONGEST) return folder;
  const better = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/^[._-]+|-+$/g, "")
    .slice(0, LONGEST);
  const hint = better === "" ? "" : ` Such as: ${better}.`;
  throw new UsageError(
    `"${folder}" is no name for a package; small letters, digits, "-", "_" and "." are, first a letter or a digit.${hint}`,
  );
}
