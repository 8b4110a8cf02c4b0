// The caller on Node: `@stator/runtime-native` alone, to the service of `stator.ts serve`.
const started = performance.now();
const { DistributedRuntime } = await import("@stator/runtime-native");
const runtime = await DistributedRuntime.create();
const client = await runtime.endpoint("install.echo.call").client();
await client.waitForInstances({ timeoutMs: 30_000 });
if ((await client.generate({ text: "first" }).one()) !== "first") throw new Error("another answer");
console.log(performance.now() - started);
process.exit(0);
