import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { help } from "./help.ts";
import { CALL_KINDS, describePoint } from "./measure.ts";
import { EXTRA_KINDS, parseOptions } from "./options.ts";
import type { BenchOptions } from "./options.ts";
import { NPM_PEERS, peerFolder, PEERS } from "./peer-list.ts";

function options(...args: string[]): BenchOptions {
  const parsed = parseOptions(args);
  if (parsed === "help") throw new Error("not asked for");
  return parsed;
}

const points = (...args: string[]): string[] => options(...args).points.map(describePoint);

describe("options", () => {
  test("default to all points in three rounds, and to everything that needs neither hours nor a compiler", () => {
    const { peers, rounds, extras, repeats, json, gate } = options();
    expect(peers).toEqual(["raw", "stator", "stator-service", "stator-checked", "stator-memory"]);
    expect({ rounds, repeats, json, gate }).toEqual({ rounds: 3, repeats: 2, json: null, gate: false });
    expect(extras).toEqual(EXTRA_KINDS.filter((kind) => !["core", "soak"].includes(kind)));
    expect(points("--only", "unary,stream")).toEqual([
      "calls, 1 in flight",
      "calls, 16 in flight",
      "calls, 128 in flight",
      "items, 1 stream",
      "items, 16 streams",
      "items, 64 streams",
    ]);
    expect(points("--only", "bytes")).toEqual(["MB, payloads of 64 KiB", "MB, payloads of 1 MiB"]);
  });

  test("say how many at once, for calls and for streams; payloads differ in size alone", () => {
    expect(points("--only", "unary", "--at", "32,256")).toEqual(["calls, 32 in flight", "calls, 256 in flight"]);
    expect(points("--only", "batches,bytes", "--at", "2")).toEqual([
      "arrays of items, 2 streams",
      ...points("--only", "bytes"),
    ]);
  });

  test("everything else is measured too, or alone, or not", () => {
    expect(options("--only", "validators")).toMatchObject({ extras: ["validators"], points: [] });
    expect(options("--only", "soak,unary").extras).toEqual(["soak"]);
    expect(options("--only", "unary").extras).toEqual([]);
  });

  test("the gate measures what can be compared in any run", () => {
    const { gate, extras, points: measured } = options("--gate");
    expect(gate).toBeTrue();
    expect(extras).toEqual([]);
    expect(new Set(measured.map(({ kind }) => kind))).toEqual(new Set(CALL_KINDS));
  });

  test("name peers one by one, beside raw sockets, or as a set", () => {
    expect(options("--peers", "wheel,stator,wheel").peers).toEqual(["wheel", "stator"]);
    expect(options("--peer", "grpc").peers).toEqual(["raw", "grpc"]);
    expect(options("--peers", "all").peers).toEqual(Object.keys(PEERS));
  });

  test("a quick run is one round and never repeated, unless that is asked for", () => {
    expect(options("--quick")).toMatchObject({ rounds: 1, repeats: 0 });
    expect(options("--quick", "--rounds", "5", "--repeats", "1")).toMatchObject({ rounds: 5, repeats: 1 });
  });

  test.each([
    [["--only", "both"], /--only: "both"/],
    [["--rounds", "0"], /--rounds: "0"/],
    [["--rounds", "1e2"], /--rounds: "1e2"/],
    [["--repeats", "-1"], /--repeats/],
    [["--at", "16,many"], /--at: "many"/],
    [["--foreign-limit", "much"], /--foreign-limit: "much"/],
    [["--json", ""], /--json: name a file/],
    [["--plot", "-"], /--plot: name a file/],
    [["--peer", "raw", "--peers", "raw"], /not both/],
    [["--peers", "raw,carrier-pigeon"], /carrier-pigeon.*raw, tokio, stator/],
    [["--peers", "raw,toString"], /toString/],
    [["--fast"], /--fast/],
  ])("%j is refused with a sentence", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});

test("the help names every kind and every peer", () => {
  for (const name of [...CALL_KINDS, ...EXTRA_KINDS, ...Object.keys(PEERS)]) expect(help).toContain(`  ${name} `);
});

const isPeer = (folder: string): boolean =>
  readdirSync(folder).some((file) => /^(server\.(ts|py)|Cargo\.toml)$/.test(file));

test("every peer has a folder, and every folder with a server and a client is a peer", () => {
  const folders = [`${import.meta.dir}/peers`, NPM_PEERS].flatMap((parent) =>
    readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "npm" && isPeer(`${parent}/${entry.name}`))
      .map(({ name }) => name),
  );
  expect(folders.toSorted()).toEqual(Object.keys(PEERS).toSorted());
  expect(() => peerFolder("carrier-pigeon")).toThrow(/carrier-pigeon is missing/);
});
