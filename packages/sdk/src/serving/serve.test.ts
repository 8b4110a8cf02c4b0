import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { z } from "zod";

import { listInstances } from "../discovery/list-instances.ts";
import { api, depends, endpoint, onShutdown, onStart, runtimeOf, serve, service } from "../index.ts";
import type { ServiceClass, ServeServiceOptions, Serving } from "../index.ts";

const open: Serving[] = [];

/** Serves in this process, with nothing to be found outside of it. */
async function start(root: ServiceClass, options: ServeServiceOptions = {}): Promise<Serving> {
  const serving = await serve(root, {
    withDependencies: true,
    http: { port: 0 },
    runtime: { discovery: "memory" },
    signals: false,
    ...options,
  });
  open.push(serving);
  return serving;
}

afterEach(async () => {
  await Promise.allSettled(open.splice(0).map((serving) => serving.stop()));
});

const Words = z.object({ text: z.string() });
type Words = z.infer<typeof Words>;

describe("the life of a service", () => {
  test("a service has the runtime that it is served in from its start hooks on, and none before", async () => {
    const seen: bigint[] = [];
    @service({ namespace: "life" })
    class Own {
      @onStart
      begin(): void {
        seen.push(runtimeOf(this).instanceId);
      }

      @endpoint()
      async id(_request: null): Promise<bigint> {
        return runtimeOf(this).instanceId;
      }
    }
    const { runtime } = await start(Own);
    await using client = await runtime.endpoint("life.own.id").client<null, bigint>();
    await client.waitForInstances();
    expect([...seen, await client.generate(null).one()]).toEqual([runtime.instanceId, runtime.instanceId]);
    expect(() => runtimeOf(new Own())).toThrow("runtimeOf: Own is not served");
  });

  // Defects h, i and j of the original: hooks of base classes were skipped, HTTP opened before they had run, and those of
  // the end were synchronous only.
  test("hooks run in order, inherited ones too, with dependencies connected and HTTP still closed", async () => {
    const events: string[] = [];
    const port = await anyPort();

    @service({ namespace: "life" })
    class Worker {
      @onStart
      up(): void {
        events.push("worker starts");
      }

      @onShutdown
      async down(): Promise<void> {
        await Promise.resolve();
        events.push("worker stops");
      }

      @endpoint()
      async ping(request: string): Promise<string> {
        return `${request} pong`;
      }
    }

    abstract class Base {
      @onStart
      async first(): Promise<void> {
        events.push("base starts");
        expect(await failure(fetch(`http://127.0.0.1:${port}/ping`))).toBeInstanceOf(Error);
      }

      @onShutdown
      last(): void {
        events.push("base stops");
      }
    }

    @service({ namespace: "life" })
    class Frontend extends Base {
      worker = depends(Worker);

      @onStart
      async second(): Promise<void> {
        events.push("frontend starts");
      }

      @onShutdown
      early(): void {
        events.push("frontend stops");
      }

      @api({ method: "GET" })
      async ping(_request: object): Promise<string> {
        return this.worker.ping("ping");
      }
    }

    const serving = await start(Frontend, { http: { port } });
    expect(events).toEqual(["worker starts", "base starts", "frontend starts"]);
    expect(await (await fetch(`${serving.url}/ping`)).json()).toBe("ping pong");
    await serving.stop();
    expect(events.slice(3)).toEqual(["frontend stops", "base stops", "worker stops"]);
    expect(await failure(fetch(`http://127.0.0.1:${port}/ping`))).toBeInstanceOf(Error);
  });

  test("nothing is registered before the start hooks have ended", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stator-hooks-"));
    const registered = async (): Promise<string[]> =>
      (await listInstances({ DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: folder })).map(({ component }) => component);
    const seen: string[][] = [];

    @service({ namespace: "life" })
    class Late {
      @onStart
      async look(): Promise<void> {
        seen.push(await registered());
      }

      @onShutdown
      async lookAgain(): Promise<void> {
        seen.push(await registered());
      }

      @endpoint()
      async ping(request: string): Promise<string> {
        return request;
      }
    }
    const serving = await start(Late, { runtime: { discovery: "file", filePath: folder } });
    seen.push(await registered());
    await serving.stop();
    expect(seen).toEqual([[], ["late"], []]);
    rmSync(folder, { recursive: true });
  });

  test("a start hook that throws ends the start, and what had started is stopped", async () => {
    const events: string[] = [];

    @service({ namespace: "life" })
    class Broken {
      @onStart
      async up(): Promise<void> {
        throw new Error("no model");
      }

      @onShutdown
      down(): void {
        events.push("stopped");
      }
    }
    expect((await failure(start(Broken))).message).toContain("no model");
    expect(events).toEqual(["stopped"]);
  });

  test("a hook that does not end within its time has failed", async () => {
    const events: string[] = [];

    @service({ namespace: "life" })
    class Hanging {
      @onStart({ timeoutMs: 5 })
      async warmUp(): Promise<void> {
        await new Promise(() => undefined);
      }
    }
    expect(await failure(start(Hanging))).toMatchObject({
      code: "deadline_exceeded",
      message: "Hanging.warmUp has not ended within 5 ms.",
    });

    @service({ namespace: "life" })
    class Lingering {
      @onStart({ timeoutMs: 60_000 })
      warmUp(): void {
        events.push("warm");
      }

      @onShutdown
      last(): void {
        events.push("last");
      }

      @onShutdown({ timeoutMs: 5 })
      async linger(): Promise<void> {
        await new Promise(() => undefined);
      }
    }
    const error = (await failure((await start(Lingering)).stop())) as AggregateError;
    expect(error.errors).toMatchObject([{ message: "Lingering.linger has not ended within 5 ms." }]);
    expect(events).toEqual(["warm", "last"]);
  });

  test("a shutdown hook that throws is reported after the others have run", async () => {
    const events: string[] = [];

    @service({ namespace: "life" })
    class Broken {
      @onShutdown
      one(): void {
        events.push("one");
      }

      @onShutdown
      two(): void {
        throw new Error("two failed");
      }
    }
    const serving = await start(Broken);
    expect((await failure(serving.stop())).message).toContain("A shutdown hook failed.");
    expect(events).toEqual(["one"]);
  });

  test("a port in use is an error that says so", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };

    @service({ namespace: "life" })
    class Frontend {
      @api()
      async ping(request: string): Promise<string> {
        return request;
      }
    }
    expect(await failure(start(Frontend, { http: { port } }))).toMatchObject({
      code: "address_in_use",
      message: `Port ${port} on 127.0.0.1 is in use; choose another with --port or DYN_HTTP_PORT.`,
    });
    taken.close();
  });

  test("unknown options are refused", async () => {
    expect((await failure(serve([], { portt: 1 } as never))).message).toContain('serve: unknown option "portt"');
    expect((await failure(serve([], { http: { prt: 1 } } as never))).message).toContain(
      'unknown option "prt"; did you mean "port"?',
    );
    expect((await failure(serve([], { http: { port: 70_000 } }))).message).toContain("70000 is not a port");
  });
});

/** What a promise is rejected with. */
async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("This should have failed.");
}

/** A port that nobody listens on. */
async function anyPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
