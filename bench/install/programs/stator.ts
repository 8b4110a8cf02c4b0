// Prints how long it takes from the first import to the first answer: `stator.ts here`, or `stator.ts call` with `stator.ts serve` elsewhere.
const [task] = process.argv.slice(2);
const started = performance.now();
const { endpoint, serve, service } = await import("@stator/sdk");
const { DistributedRuntime } = await import("@stator/runtime-native");

@service({ namespace: "install" })
class Echo {
  @endpoint()
  async call(request: { text: string }): Promise<string> {
    return request.text;
  }
}

const serving = task === "call" ? null : await serve(Echo, { signals: task === "serve" });
if (task === "serve") {
  console.log("ready");
  process.stdin.on("end", () => process.exit(0)).resume();
} else {
  const runtime = await DistributedRuntime.create();
  const client = await runtime.endpoint("install.echo.call").client<{ text: string }, string>();
  await client.waitForInstances({ timeoutMs: 30_000 });
  if ((await client.generate({ text: "first" }).one()) !== "first") throw new Error("another answer");
  console.log(performance.now() - started);
  await runtime.shutdown();
  await serving?.stop();
  process.exit(0);
}
