import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";

const environment = { ...process.env, DYN_HTTP_PORT: "0", DYN_DISCOVERY_BACKEND: "memory" };

/** The program with a token, and the lines that it prints. */
class Notes {
  private readonly child;
  private readonly lines: AsyncIterator<string>;
  url = "";

  constructor(token: string) {
    this.child = Bun.spawn([process.execPath, join(import.meta.dir, "notes.ts")], {
      env: { ...environment, NOTES_TOKEN: token },
      stdout: "pipe",
      stderr: "inherit",
    });
    this.lines = linesOf(this.child.stdout);
  }

  async start(): Promise<void> {
    this.url = (await this.line()).replace("ready ", "");
  }

  /** The next line, with its time taken out. */
  async line(): Promise<string> {
    const { value = "" } = (await this.lines.next()) as { value?: string };
    return value.replace(/ ms=\d+/, " ms=N");
  }

  async stop(): Promise<number> {
    this.child.kill("SIGTERM");
    return this.child.exited;
  }
}

async function* linesOf(output: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of output) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

let notes: Notes;
let stranger: Notes;
beforeAll(async () => {
  notes = new Notes("secret-of-ada");
  stranger = new Notes("guessed");
  await Promise.all([notes.start(), stranger.start()]);
});
afterAll(() => Promise.all([notes.stop(), stranger.stop()]));

test("those who are known get through, and each call is logged where it ends", async () => {
  const add = await fetch(`${notes.url}/notes`, { method: "POST", body: '{"text":"buy milk"}' });
  expect(await add.json()).toEqual({ count: 1 });
  expect(await (await fetch(`${notes.url}/notes`)).text()).toBe('"buy milk"\n');
  expect([await notes.line(), await notes.line()]).toEqual([
    "server notes.store.add ok items=1 ms=N",
    "server notes.frontend.add ok items=1 ms=N",
  ]);
  expect([await notes.line(), await notes.line()].toSorted()).toEqual([
    "server notes.frontend.list ok items=1 ms=N",
    "server notes.store.list ok items=1 ms=N",
  ]);
});

test("strangers are told that they are", async () => {
  const add = await fetch(`${stranger.url}/notes`, { method: "POST", body: '{"text":"x"}' });
  expect(add.status).toBe(401);
  expect(await add.json()).toMatchObject({
    error: { code: "permission_denied", message: "notes.store.add needs a token that is known." },
  });
  expect(await stranger.line()).toBe("server notes.store.add permission_denied items=0 ms=N");
});
