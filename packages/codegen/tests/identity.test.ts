import { type ContractText, type Judgement, parseDocument, reduceDocument } from "@stator/contract";
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { DistributedRuntime, type EndpointContract, StatorError } from "@stator/runtime-native";
import { FixtureServiceContract } from "./fixtures/generated/index.ts";
import * as first from "./fixtures/generations/generated/first/index.ts";
import * as second from "./fixtures/generations/generated/second/index.ts";
import * as third from "./fixtures/generations/generated/third/index.ts";
import { Judges } from "./support/judges.ts";
import { documentOf, knottedDocument, strangeDocuments, struct } from "./support/strange-documents.ts";

/** Hears of every dispute that is judged here, for the last test. */
const judges = new Judges();

function judgeContracts(caller: ContractText, service: ContractText): Judgement {
  return judges.judge(caller, service);
}

const generations = { first, second, third };
type Generation = keyof typeof generations;

const TOO_NARROW = "request text: the reader takes a length of at most 100, the writer has no limit";
const LANGUAGE = "request language: the reader needs this key, and the writer never sends it";
const BLANK = 'response kind: the variant "blank" may be written, and is not known to the reader';
const SPACE = 'response kind: the variant "space" may be written, and is not known to the reader';

/** What breaks for a caller of one generation with a service of another. */
const BREAKS: readonly [caller: Generation, service: Generation, cut: readonly string[], count: readonly string[]][] = [
  ["first", "first", [], []],
  ["first", "second", [], []],
  ["second", "first", [], []],
  ["first", "third", [TOO_NARROW, LANGUAGE, BLANK], [TOO_NARROW, LANGUAGE]],
  ["second", "third", [TOO_NARROW, LANGUAGE, BLANK], [TOO_NARROW, LANGUAGE]],
  ["third", "first", [SPACE], []],
  ["third", "second", [SPACE], []],
];

async function textOf({ hash, document }: EndpointContract): Promise<{ hash: string; document: string }> {
  return { hash, document: typeof document === "string" ? document : await document() };
}

describe("the judgement of two generations", () => {
  test.each(BREAKS)("a caller of the %s, a service of the %s", async (caller, service, cut, count) => {
    for (const [name, breaks] of [
      ["cut", cut],
      ["count", count],
    ] as const) {
      const ours = await textOf(generations[caller].TextsContract.endpoints[name]);
      const theirs = await textOf(generations[service].TextsContract.endpoints[name]);
      const expected: Judgement = breaks.length === 0 ? { outcome: "compatible" } : { outcome: "incompatible", breaks };
      expect([name, judgeContracts(ours, theirs)]).toEqual([name, expected]);
      // The part of a hash that travels will do.
      const short = { ...theirs, hash: theirs.hash.slice(0, 32) };
      expect(judgeContracts(ours, short)).toEqual(expected);
    }
  });
});

describe("a document from elsewhere", () => {
  const strange = strangeDocuments();

  test.each(Object.keys(strange))("%s: no verdict, and no harm", async (name) => {
    const ours = await textOf(first.TextsContract.endpoints.cut);
    const judgement = judgeContracts(ours, strange[name] ?? ours);
    expect(judgement).toMatchObject({ outcome: "unknown" });
    if (judgement.outcome === "unknown") expect(judgement.problem.length).toBeLessThan(600);
  });

  test("no document keeps a comparison busy", () => {
    const knotted = knottedDocument();
    expect(judgeContracts(knotted, knotted)).toEqual({
      outcome: "unknown",
      problem: "the documents are too intricate to be compared",
    });
  });

  test("what breaks is said in bounded length", async () => {
    const ours = await textOf(first.TextsContract.endpoints.cut);
    const fields = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`${n}`.repeat(300), { kind: "bool" }]));
    const judgement = judgeContracts(ours, documentOf({ A: struct(fields) }));
    if (judgement.outcome !== "incompatible") throw new Error(JSON.stringify(judgement));
    expect(judgement.breaks).toHaveLength(8);
    for (const text of judgement.breaks) expect(text.length).toBeLessThan(600);
  });

  test("its content has to be that of its hash", async () => {
    const ours = await textOf(first.TextsContract.endpoints.cut);
    const theirs = await textOf(third.TextsContract.endpoints.cut);
    const document = theirs.document.replace('"maxLength":100', '"maxLength":101');
    expect(document).not.toBe(theirs.document);
    expect(judgeContracts(ours, { ...theirs, document })).toEqual({
      outcome: "unknown",
      problem: `the service's document has another content than that of the contract ${theirs.hash}`,
    });
  });

  test("the contract that was promised has to be in it", async () => {
    const ours = await textOf(first.TextsContract.endpoints.cut);
    const { document } = await textOf(third.TextsContract.endpoints.cut);
    const judgement = judgeContracts(ours, { hash: "0".repeat(32), document });
    expect(judgement).toMatchObject({ outcome: "unknown" });
    expect(judgement).toHaveProperty(
      "problem",
      expect.stringContaining(`does not hold the contract ${"0".repeat(32)}`),
    );
  });
});

describe("what is kept for the comparison", () => {
  const path = `${import.meta.dir}/fixtures/generated/document.json`;
  const text = readFileSync(path, "utf8");
  const document = parseDocument(text, path);

  test("is one service with its types, without what only people read", async () => {
    const kept = await FixtureServiceContract.endpoints.getWide.document();
    const service = document.services.find(({ name }) => name === FixtureServiceContract.name);
    if (service === undefined) throw new Error("no service");
    expect(kept).toBe(reduceDocument(document, text, service));
    // Its hashes are right, that of the document too.
    const reduced = parseDocument(kept, "kept");
    expect(reduced.services).toHaveLength(1);
    expect(reduced.constants).toEqual([]);
    expect(reduced.types.length).toBeLessThan(document.types.length);
    expect(kept).not.toContain('"docs"');
    expect(kept).not.toContain('"tsRs"');
    expect(kept).not.toContain("stator_contract_fixtures::");
    // The same contract on both sides, whole and reduced.
    for (const { hash } of Object.values(FixtureServiceContract.endpoints)) {
      expect(judgeContracts({ hash, document: text }, { hash, document: kept })).toEqual({ outcome: "compatible" });
    }
  });
});

describe("generated clients", () => {
  test("say with which contract they were built, and skip what they would not understand", async () => {
    await using runtime = await DistributedRuntime.create({ discovery: "memory", requestPlane: "memory" });
    await using other = await DistributedRuntime.create({ discovery: "memory", requestPlane: "memory" });
    const { namespace, component, endpoints } = second.TextsContract;
    const count = other.namespace(namespace).component(component).endpoint(endpoints.count.name);
    const callers: (string | null)[] = [];
    const served = await count.serveEndpoint<second.Text, second.Count>(
      async (request, context) => {
        callers.push(context.callerContract);
        return { words: request.text.split(" ").length, release: 2 };
      },
      { contract: endpoints.count },
    );
    await using old = await first.TextsClient.connect(runtime);
    expect(await old.count({ text: "a b" })).toEqual({ words: 2, release: 2 });
    await using same = await second.TextsClient.connect(runtime);
    expect(await same.count({ text: "a b" })).toEqual({ words: 2, release: 2 });
    await using any = await runtime.endpoint(count.path).client<second.Text, second.Count>();
    expect(await any.generate({ text: "a", limit: null }).one()).toEqual({ words: 1, release: 2 });
    expect(callers).toEqual([
      first.TextsContract.endpoints.count.hash.slice(0, 32),
      endpoints.count.hash.slice(0, 32),
      null,
    ]);
    await served.stop();

    await count.serveEndpoint<third.Text, third.Count>(async () => ({ words: 0, release: 3 }), {
      contract: third.TextsContract.endpoints.count,
    });
    const failed = await old.count({ text: "a b" }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(StatorError);
    expect(failed).toMatchObject({
      code: "version_mismatch",
      instanceId: other.instanceId,
      details: {
        callerContract: first.TextsContract.endpoints.count.hash.slice(0, 32),
        serviceContract: third.TextsContract.endpoints.count.hash.slice(0, 32),
        breaks: [TOO_NARROW, LANGUAGE],
      },
    });
    const { message } = failed as StatorError;
    for (const part of ["generations.texts.count", String(other.instanceId), TOO_NARROW, "and 1 more"]) {
      expect(message).toContain(part);
    }
    await using young = await third.TextsClient.connect(runtime);
    expect(await young.count({ text: "a", language: "en" })).toEqual({ words: 0, release: 3 });
  });
});

test("the judge in Rust says the same of all disputes that were judged here", async () => {
  await judges.settle();
  expect(judges.differences).toEqual([]);
  expect(judges.outcomes.incompatible).toBeGreaterThan(10);
  expect(judges.outcomes.unknown).toBeGreaterThan(10);
}, 60_000);
