import packageJson from "../../package.json" with { type: "json" };
import { addonFileName, detectLibc } from "../addon-file-name.ts";
import { StatorError } from "../stator-error.ts";
import type { NativeAddon } from "./native-addon.ts";

let loaded: NativeAddon | undefined;

/**
 * The addon of this platform, loaded once.
 *
 * @throws StatorError `addon_missing` naming package, platform and C library; `version_mismatch` when the addon was
 * built from other sources than these.
 */
export function loadAddon(): NativeAddon {
  loaded ??= checked(open());
  return loaded;
}

function open(): NativeAddon {
  try {
    return requireAddon();
  } catch (cause) {
    const libc = detectLibc();
    const platform = `${process.platform}-${process.arch}${libc === null ? "" : ` (${libc})`}`;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StatorError(
      "addon_missing",
      `@stator/runtime-native has no addon for ${platform}: ${addonFileName()} cannot be loaded. ` +
        `Build it with \`bun run build\`, which needs Rust and a C compiler. (${reason})`,
      { cause },
    );
  }
}

/** Each path stands there as a literal, so that bundlers and `bun build --compile` find the file. */
function requireAddon(): NativeAddon {
  switch (addonFileName()) {
    case "stator.linux-x64-gnu.node":
      return require("../../stator.linux-x64-gnu.node") as NativeAddon;
    case "stator.linux-x64-musl.node":
      return require("../../stator.linux-x64-musl.node") as NativeAddon;
    case "stator.linux-arm64-gnu.node":
      return require("../../stator.linux-arm64-gnu.node") as NativeAddon;
    case "stator.linux-arm64-musl.node":
      return require("../../stator.linux-arm64-musl.node") as NativeAddon;
    case "stator.darwin-arm64.node":
      return require("../../stator.darwin-arm64.node") as NativeAddon;
    case "stator.darwin-x64.node":
      return require("../../stator.darwin-x64.node") as NativeAddon;
    case "stator.win32-x64.node":
      return require("../../stator.win32-x64.node") as NativeAddon;
    default:
      throw new Error("this platform is not supported");
  }
}

function checked(addon: NativeAddon): NativeAddon {
  const version = addon.version();
  if (version !== packageJson.version) {
    throw new StatorError(
      "version_mismatch",
      `@stator/runtime-native is version ${packageJson.version}, but its addon ${addonFileName()} is ${version}. ` +
        "Build it again with `bun run build`, or reinstall the package.",
    );
  }
  return addon;
}
