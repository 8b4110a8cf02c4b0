import { expect, test } from "bun:test";
import { DistributedRuntime } from "../index.ts";

test("code that the runtime has woken may wait by running the event loop, as expect().rejects does", async () => {
  await using runtime = await DistributedRuntime.create({ discovery: "memory" });
  const endpoint = runtime.endpoint("test.nested.loop");
  await endpoint.serveEndpoint(async (request: string) => {
    if (request === "fail") throw new Error("as asked");
    return request;
  });
  const client = await endpoint.client<string, string>();
  await client.waitForInstances();
  for (let n = 0; n < 3; n++) {
    expect(await client.generate("works").one()).toBe("works");
    expect(client.generate("fail").one()).rejects.toThrow("as asked");
  }
});
