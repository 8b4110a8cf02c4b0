import manifest from "../package.json" with { type: "json" };

/** What engines other than Bun get in place of this package. */
throw new Error(
  `@stator/llm ${manifest.version} needs Bun ${manifest.engines.bun} (https://bun.sh): its services run on @stator/sdk.`,
);
