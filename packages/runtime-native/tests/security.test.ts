import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { makeCertificates, type RuntimeOptions } from "../src/index.ts";
import { failure, thrown } from "./support/failure.ts";
import { Pair } from "./support/pair.ts";

const folder = mkdtempSync(join(tmpdir(), "stator-security-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with certificates, made by the product itself. */
function certificates(name: string, options: { names?: string[]; authority?: string } = {}): string {
  const path = join(folder, name);
  makeCertificates({
    folder: path,
    names: options.names ?? [],
    days: 1,
    force: false,
    authority: options.authority ?? null,
  });
  return path;
}

const ours = certificates("ours");
const guarded: RuntimeOptions = { security: ours };

async function* echo(request: unknown): AsyncGenerator {
  yield request;
}

/** Two runtimes that call each other over sockets, as the options say. */
function pair(worker: RuntimeOptions, caller: RuntimeOptions): Promise<Pair<unknown, unknown>> {
  return Pair.of("tcp", echo, { worker, caller });
}

describe.each(["tcp", "dynamo"] as const)("over %s", (requestPlane) => {
  test("one option encrypts calls, proves both sides and shows the token", async () => {
    await using both = await pair(guarded, { ...guarded, requestPlane });
    expect(await both.client.generate({ text: "one" }).one()).toEqual({ text: "one" });
    // Many at once, and large ones, in both directions.
    const large = "x".repeat(1_000_000);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        both.client.generate({ index, large: index % 10 === 0 ? large : "" }).one(),
      ),
    );
    expect(answers).toHaveLength(50);
    expect(answers[40]).toEqual({ index: 40, large });
  });

  test.each([
    ["plain text", {}, "tls_required"],
    ["another authority", { security: certificates(`strangers-${requestPlane}`) }, "unknown_authority"],
    ["another token", { ...guarded, token: "guessed" }, "token_wrong"],
    ["no such name", { ...guarded, tlsServerName: "elsewhere.example" }, "wrong_name"],
  ] as const)("a caller with %s gets a typed error", async (_, caller, reason) => {
    await using both = await pair(guarded, { ...caller, requestPlane });
    const error = await failure(both.client.generate(1).one());
    expect(error.code).toBe("permission_denied");
    expect(error.details).toEqual({ reason });
    expect(error.message).not.toContain(readFileSync(join(ours, "token"), "utf8").trim());
    expect(error.message).not.toContain("guessed");
  });

  test("a worker in plain text gets no call of a caller with TLS", async () => {
    await using both = await pair({}, { ...guarded, requestPlane });
    const error = await failure(both.client.generate(1).one());
    expect([error.code, error.details]).toEqual(["permission_denied", { reason: "plaintext" }]);
  });
});

test("another machine's certificate of the same authority is trusted", async () => {
  const other = certificates("other", { names: ["10.1.2.3", "worker.internal"], authority: ours });
  await using both = await pair({ security: other }, { ...guarded, tlsServerName: "worker.internal" });
  expect(await both.client.generate("hello").one()).toBe("hello");
});

test("what is made is for its owner alone, and is not overwritten unasked", () => {
  const path = certificates("private");
  expect(statSync(path).mode & 0o777).toBe(0o700);
  for (const file of ["ca.pem", "ca-key.pem", "cert.pem", "key.pem", "token"]) {
    expect(statSync(join(path, file)).mode & 0o777).toBe(0o600);
  }
  const before = readFileSync(join(path, "token"), "utf8");
  const error = thrown(() => certificates("private"));
  expect(error.code).toBe("invalid_argument");
  expect(error.message).toContain("--force");
  expect(readFileSync(join(path, "token"), "utf8")).toBe(before);
  makeCertificates({ folder: path, names: [], days: 1, force: true, authority: null });
  expect(readFileSync(join(path, "token"), "utf8")).not.toBe(before);
});

test.each([
  [{ names: ["no name"] }, "no name"],
  [{ names: [""] }, '""'],
  [{ authority: "/nowhere" }, "/nowhere/ca.pem"],
])("%p makes nothing, and says why", (options, words) => {
  const error = thrown(() => certificates("never", options));
  expect(error.code).toBe("invalid_argument");
  expect(error.message).toContain(words);
});

test("the folder of the environment guards like the option", async () => {
  const strangers = certificates("strangers-of-environment");
  process.env["STATOR_SECURITY"] = ours;
  try {
    await using both = await pair({}, guarded);
    expect(await both.client.generate("guarded").one()).toBe("guarded");
    await using refused = await pair({}, { security: strangers });
    // Without it the worker would speak plain text.
    const { details } = await failure(refused.client.generate(1).one());
    expect(details).toEqual({ reason: "unknown_authority" });
  } finally {
    delete process.env["STATOR_SECURITY"];
  }
});
