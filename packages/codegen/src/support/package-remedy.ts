import { addonPlatform } from "./addon-file-name.ts";

/**
 * How to bring back the package that carries an addon, for messages.
 *
 * @param base such as `@me/app` for `@me/app-linux-x64-gnu`.
 * @param version the one that is needed; null for any.
 */
export function packageRemedy(base: string, version: string | null = null): string {
  const name = `${base}-${addonPlatform()}`;
  const add = process.versions["bun"] === undefined ? "npm install --save-optional" : "bun add --optional";
  return (
    `It comes with the package ${name}, an optional dependency of ${base}: package managers leave it out where they are told ` +
    `to omit optional dependencies, or where a lockfile of another platform lacks it. \`${add} ${name}` +
    `${version === null ? "" : `@${version}`}\` brings it back.`
  );
}
