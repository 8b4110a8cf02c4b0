import manifest from "../package.json" with { type: "json" };

/** What engines other than Bun get in place of this package. */
throw new Error(
  `@stator/sdk ${manifest.version} needs Bun ${manifest.engines.bun} (https://bun.sh): services, the supervisor and the command stator ` +
    "use what it alone has. Node calls services with @stator/runtime-native and with generated clients.",
);
