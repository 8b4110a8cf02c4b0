import type { Bindings } from "@stator/contract";

/** Where an addon's files are. */
export type AddonPlace = {
  /** The name of its files, before the platform. */
  readonly name: string;
  /** Their folder, relative to the folder `bindings`, with forward slashes. */
  readonly folder: string;
};

/** Platforms that addons are built for. */
const platforms = [
  "linux-x64-gnu",
  "linux-x64-musl",
  "linux-arm64-gnu",
  "linux-arm64-musl",
  "darwin-arm64",
  "darwin-x64",
  "win32-x64",
];

/** The file that opens the addon of this platform. */
export function requireAddonFile({ name, folder }: AddonPlace): string {
  const cases = platforms.map(
    (platform) =>
      `      case ${JSON.stringify(platform)}:\n        return require(${JSON.stringify(`${folder}/${name}.${platform}.node`)}) as RawAddon;`,
  );
  return `import { addonPlatform } from "../support/addon-file-name.ts";
import type { RawAddon } from "./raw-addon.ts";

/**
 * The addon of this platform. Throws what \`require\` throws when it is not there.
 *
 * Each path stands here as a literal, so that bundlers and \`bun build --compile\` find the file.
 */
export function requireAddon(): RawAddon {
  const platform = addonPlatform();
  try {
    switch (platform) {
${cases.join("\n")}
      default:
        throw new Error(\`\${platform} is not supported\`);
    }
  } catch (error) {
    // It stands there for bundlers: they do without files that are missing only inside of \`try\`.
    throw error;
  }
}
`;
}

/** The file that loads the addon once, for the stubs. */
export function loadAddonFile(bindings: Bindings, { name }: AddonPlace, crate: string): string {
  return `import { addonFileName, addonPlatform } from "../support/addon-file-name.ts";
import { BindingError } from "../support/binding-error.ts";
import { NativeAddon } from "../support/native-addon.ts";
import type { RawAddon } from "./raw-addon.ts";
import { requireAddon } from "./require-addon.ts";

/** What the addon and these files have to agree on. */
const HASH = "${bindings.hash}";

let loaded: NativeAddon<RawAddon> | undefined;

/**
 * The addon, loaded when the first of its functions is called.
 *
 * Throws a \`BindingError\`: \`addon_missing\` when there is none for this platform, \`version_mismatch\` when it was built
 * from other sources than these files.
 */
export function addon(): NativeAddon<RawAddon> {
  loaded ??= new NativeAddon(checked(open()));
  return loaded;
}

function open(): RawAddon {
  try {
    return requireAddon();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BindingError(
      "addon_missing",
      "",
      \`there is no addon of ${crate} for \${addonPlatform()}: \${addonFileName(${JSON.stringify(name)})} cannot be loaded. \` +
        \`Build it with \\\`stator-codegen build-addon\\\`, which needs Rust and a C compiler. (\${reason})\`,
      { cause },
    );
  }
}

function checked(raw: RawAddon): RawAddon {
  const hash = typeof raw["stator.hash"] === "function" ? raw["stator.hash"]() : "unknown";
  if (hash === HASH) return raw;
  throw new BindingError(
    "version_mismatch",
    "",
    \`\${addonFileName(${JSON.stringify(name)})} was built from other sources of ${crate} than these files. \` +
      "Build it again with \`stator-codegen build-addon\`, or generate the files again.",
  );
}
`;
}
