import { existsSync } from "node:fs";

import packageJson from "../../package.json" with { type: "json" };
import type { RawAddon } from "../generated/bindings/raw-addon.ts";
import requireAddon from "../generated/bindings/require-addon.cts";
import { addonFileName, addonPlatform } from "../generated/support/addon-file-name.ts";
import { packageRemedy } from "../generated/support/package-remedy.ts";
import { StatorError } from "../stator-error.ts";

const FILE = addonFileName("stator");

let loaded: RawAddon | undefined;

/**
 * The addon of this platform, loaded once.
 *
 * @throws StatorError `addon_missing` naming package, platform and C library; `version_mismatch` when the addon was
 * built from other sources than these.
 */
export function loadAddon(): RawAddon {
  loaded ??= checked(open());
  return loaded;
}

function open(): RawAddon {
  try {
    return requireAddon(addonPlatform());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StatorError(
      "addon_missing",
      `@stator/runtime-native has no addon for ${addonPlatform()}: ${FILE} cannot be loaded. ` +
        `${remedy()} (${reason})`,
      { cause },
    );
  }
}

function remedy(): string {
  if (process.versions.bun !== undefined && Bun.isStandaloneExecutable) {
    return (
      "This program unpacks it into the folder for temporary files, from which it must be allowed to load programs; " +
      "TMPDIR names another folder."
    );
  }
  return isCheckout()
    ? "Build it with `bun run build`, which needs Rust and a C compiler."
    : packageRemedy(packageJson.name, packageJson.version);
}

/** Whether this package stands beside its sources in Rust, from which the addon is built. */
function isCheckout(): boolean {
  return existsSync(new URL("../../crates", import.meta.url));
}

function checked(addon: RawAddon): RawAddon {
  const version = addon.version();
  if (version !== packageJson.version) {
    throw new StatorError(
      "version_mismatch",
      `@stator/runtime-native is version ${packageJson.version}, but its addon ${FILE} is ${version}. ` +
        (isCheckout()
          ? "Build it again with `bun run build`."
          : "Install the two in one version: all packages of Stator have the same one."),
    );
  }
  return addon;
}
