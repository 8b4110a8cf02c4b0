import type { Bindings } from "@stator/contract";
import { addonPlatforms } from "../../addon/addon-platforms.ts";

/** Where an addon's files are. */
export type AddonPlace = {
  /** The name of its files, before the platform. */
  readonly name: string;
  /** Their folder, relative to the folder `bindings`, with forward slashes. */
  readonly folder: string;
  /** The packages that carry it are called so, before the platform; null when the files are where they were built. */
  readonly package: string | null;
};

/**
 * The file that opens the addon of a platform. It is CommonJS, because that alone has a `require` that Bun, Node and bundlers
 * know the same way.
 */
export function requireAddonFile({ name, folder, package: base }: AddonPlace): string {
  const own = (platform: string): string => JSON.stringify(`${folder}/${name}.${platform}.node`);
  const cases = addonPlatforms.map(({ name: platform }) => {
    const place = `      case ${JSON.stringify(platform)}:\n`;
    if (base === null) return `${place}        return require(${own(platform)}) as RawAddon;`;
    return `${place}        try {
          return require(${own(platform)}) as RawAddon;
        } catch (error) {
          beside = error;
        }
        return require(${JSON.stringify(`${base}-${platform}`)}) as RawAddon;`;
  });
  const [before, after] =
    base === null
      ? [
          "",
          "    // It stands there for bundlers: they do without files that are missing only inside of `try`.\n    throw error;",
        ]
      : [
          "  let beside: unknown;\n",
          "    throw beside === undefined ? error : new Error(`${reason(beside)}; ${reason(error)}`, { cause: error });",
        ];
  return `import type { RawAddon } from "./raw-addon.ts";

/**
 * The addon of a platform such as \`linux-x64-gnu\`. Throws what \`require\` throws when it is not there.
 *
 * Each path stands here as a literal, so that bundlers and \`bun build --compile\` find the file.
 */
function requireAddon(platform: string): RawAddon {
${before}  try {
    switch (platform) {
${cases.join("\n")}
      default:
        throw new Error(\`\${platform} is not supported\`);
    }
  } catch (error) {
${after}
  }
}
${base === null ? "" : reasonFunction}
export = requireAddon;
`;
}

/** Engines list the modules that have required one that is not there. */
const reasonFunction = `
function reason(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\\n", 1).join();
}
`;

/** The file that loads the addon once, for the stubs. */
export function loadAddonFile(bindings: Bindings, { name, package: base }: AddonPlace, crate: string): string {
  const remedy =
    base === null
      ? "Build it with \\`stator-codegen build-addon\\`, which needs Rust and a C compiler."
      : `\${packageRemedy(${JSON.stringify(base)})}`;
  return `import { addonFileName, addonPlatform } from "../support/addon-file-name.ts";
import { BindingError } from "../support/binding-error.ts";
import { NativeAddon } from "../support/native-addon.ts";
${base === null ? "" : 'import { packageRemedy } from "../support/package-remedy.ts";\n'}import type { RawAddon } from "./raw-addon.ts";
import requireAddon from "./require-addon.cts";

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
    return requireAddon(addonPlatform());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BindingError(
      "addon_missing",
      "",
      \`there is no addon of ${crate} for \${addonPlatform()}: \${addonFileName(${JSON.stringify(name)})} cannot be loaded. \` +
        \`${remedy} (\${reason})\`,
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
