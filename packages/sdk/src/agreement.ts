import { requireVersion } from "@stator/runtime-native";

import manifest from "../package.json" with { type: "json" };

// Package managers can be made to install two versions; what they would say to each other nobody has tried.
requireVersion(
  manifest.name,
  manifest.version,
  `Install the two in one version: bun add ${manifest.name}@${manifest.version} @stator/runtime-native@${manifest.version}`,
);
