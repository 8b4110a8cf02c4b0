import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AddonPlatform, addonPlatforms } from "../../../packages/codegen/src/addon/addon-platforms.ts";
import { inspectAddon } from "../../../packages/codegen/src/addon/inspect/inspect-addon.ts";
import { readConfig } from "../../../packages/codegen/src/config/config.ts";
import { addonPlatform } from "../../../packages/codegen/src/support/addon-file-name.ts";
import type { Manifest } from "./manifest.ts";
import { stripAddon } from "./strip-addon.ts";

/** A package that carries the addon of another one for one platform. */
export type PlatformPackage = {
  readonly name: string;
  readonly platform: AddonPlatform;
  /** The name of the file. */
  readonly file: string;
  /** Where it was built. */
  readonly path: string;
  readonly isBuilt: boolean;
};

/** The packages for the addon that `stator.codegen.json` of a package names, one a platform; none where it names none. */
export function platformPackages(folder: string): PlatformPackage[] {
  const config = join(folder, "stator.codegen.json");
  if (!existsSync(config)) return [];
  return readConfig(config).outputs.flatMap(({ addon }) => {
    if (addon === null || addon.package === null) return [];
    const { name, folder: place, package: base } = addon;
    return addonPlatforms.map((platform) => {
      const file = `${name}.${platform.name}.node`;
      const path = join(place, file);
      return { name: `${base}-${platform.name}`, platform, file, path, isBuilt: existsSync(path) };
    });
  });
}

/** What is in the package, beside its license. `whose` is the package that it belongs to. */
export async function platformFiles(each: PlatformPackage, whose: Manifest): Promise<Map<string, Uint8Array | string>> {
  const { name, platform, file } = each;
  const { version, license } = whose;
  const manifest = {
    name,
    version,
    description: `The addon of ${whose.name} for ${platform.title}`,
    license,
    os: [platform.os],
    cpu: [platform.cpu],
    ...(platform.libc === null ? {} : { libc: [platform.libc] }),
    main: `./${file}`,
    files: [file, "CHANGELOG.md"],
    // No engines: npm leaves out an optional package that does not fit the Node which runs npm, and says nothing.
    publishConfig: { access: "public" },
  };
  return new Map<string, Uint8Array | string>([
    ["package.json", `${JSON.stringify(manifest, null, 2)}\n`],
    ["README.md", readme(each, whose)],
    ["CHANGELOG.md", `# ${name}\n\nIt has the versions of ${whose.name}, whose changelog says what is new in each.\n`],
    [file, await addonBytes(each)],
  ]);
}

async function addonBytes({ path, file, platform }: PlatformPackage): Promise<Uint8Array> {
  const bytes = readFileSync(path);
  const isOwn = platform.name === addonPlatform();
  return isOwn && inspectAddon(bytes, file).stripped === false ? stripAddon(bytes) : bytes;
}

function readme({ name, platform }: PlatformPackage, whose: Manifest): string {
  return `# ${name}

The addon of ${whose.name} for ${platform.title}.

It is an optional dependency of that package, in the same version, and package managers install the one for their machine. Nobody
imports it. Where it is missing, the error names it and the command that brings it back.
`;
}
