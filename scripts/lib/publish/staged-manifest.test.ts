import { expect, test } from "bun:test";
import type { Manifest } from "./manifest.ts";
import { stagedManifest } from "./staged-manifest.ts";

const workspace: Manifest = {
  name: "@me/app",
  version: "1.2.3",
  bin: { app: "./src/cli/app.ts" },
  main: "./src/index.ts",
  types: "./src/index.ts",
  exports: { ".": "./src/index.ts", "./testing": "./src/testing/index.ts", "./package.json": "./package.json" },
  scripts: { prepublishOnly: "exit 1" },
  dependencies: { "@me/base": "workspace:*", zod: "4.0.0" },
  devDependencies: { typescript: "7.0.0" },
  peerDependencies: { "@me/peer": "workspace:*", react: "^19.0.0" },
  engines: { bun: ">=1.4.5" },
};
const publication = { platforms: ["@me/app-linux-x64-gnu", "@me/app-darwin-arm64"], files: ["dist", "src"] };

test("what needs Bun gives it the sources, TypeScript declarations, and other engines the reason", () => {
  expect(stagedManifest(workspace, publication)).toEqual({
    name: "@me/app",
    version: "1.2.3",
    bin: { app: "./bin/app.js" },
    main: "./dist/needs-bun.js",
    types: "./dist/index.d.ts",
    exports: {
      ".": { types: "./dist/index.d.ts", bun: "./src/index.ts", default: "./dist/needs-bun.js" },
      "./testing": {
        types: "./dist/testing/index.d.ts",
        bun: "./src/testing/index.ts",
        default: "./dist/needs-bun.js",
      },
      "./package.json": "./package.json",
    },
    dependencies: { "@me/base": "1.2.3", zod: "4.0.0" },
    peerDependencies: { "@me/peer": "1.2.3", react: "^19.0.0" },
    optionalDependencies: { "@me/app-linux-x64-gnu": "1.2.3", "@me/app-darwin-arm64": "1.2.3" },
    engines: { bun: ">=1.4.5" },
    files: ["dist", "src"],
    publishConfig: { access: "public" },
  } as Manifest);
});

test("what runs on Node, too, gives it compiled code; TypeScript comes first", () => {
  const { exports, main } = stagedManifest({ ...workspace, engines: { node: ">=22" } }, publication);
  expect(exports?.["."]).toEqual({ types: "./dist/index.d.ts", bun: "./src/index.ts", default: "./dist/index.js" });
  expect(Object.keys(exports?.["."] ?? {})[0]).toBe("types");
  expect(main).toBe("./dist/index.js");
});

test("a package without an addon has no optional dependencies", () => {
  expect(stagedManifest(workspace, { platforms: [], files: [] })).not.toHaveProperty("optionalDependencies");
});
