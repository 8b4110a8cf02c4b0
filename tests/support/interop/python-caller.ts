import { depends, endpoint, serve, service } from "@stator/sdk";

/** The worker of the original, as its callers in TypeScript see it. */
@service({ namespace: "interop", name: "worker" })
class Python {
  @endpoint()
  async *run(_request: object): AsyncGenerator {
    yield await Promise.reject(new Error("It runs in Python."));
  }
}

@service({ namespace: "interop", name: "caller" })
class Caller {
  python = depends(Python, { waitMs: 30_000 });

  @endpoint()
  async *ask(request: object): AsyncGenerator {
    yield* this.python.run(request);
  }
}

/** What a service of TypeScript gets from the worker of the original that is found through these files. It has ended then. */
export async function askPython(folder: string, request: object): Promise<unknown[]> {
  await using serving = await serve(Caller, { runtime: { discovery: "file", filePath: folder }, signals: false });
  await using client = await serving.runtime.endpoint("interop.caller.ask").client<object, unknown>();
  await client.waitForInstances();
  return await Array.fromAsync(client.generate(request));
}
