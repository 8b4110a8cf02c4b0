import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { StandardSchemaV1 } from "@standard-schema/spec";
import { z } from "zod";

import { resolveService } from "../graph/service-graph.ts";
import { configuration, service } from "../index.ts";
import { describeGraph } from "../supervisor/describe-graph.ts";
import { type ConfigurationSources, loadLayers } from "./load-layers.ts";

const folder = mkdtempSync(join(tmpdir(), "stator-configuration-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes files below the folder of this test; gives the path of the first. */
function files(contents: Record<string, string>): string {
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, Object.keys(contents)[0] ?? "");
}

const Settings = z.object({
  maxTokens: z.number().default(256),
  label: z.string().default("none"),
  seed: z.bigint().default(1n),
  stop: z.string().nullable().default("end"),
  flag: z.boolean().default(false),
  tags: z.array(z.string()).default([]),
  model: z.object({ name: z.string().default("small"), size: z.number().default(1) }).prefault({}),
  prices: z.record(z.string(), z.number()).default({}),
});

@service({ namespace: "test", workers: 2 })
class Worker {
  readonly config = configuration(Settings, { model: { name: "decorated" } });
}

const DEFAULTS = {
  maxTokens: 256,
  label: "none",
  seed: 1n,
  stop: "end",
  flag: false,
  tags: [],
  model: { name: "decorated", size: 1 },
  prices: {},
};

interface Given {
  readonly files?: string[];
  readonly profiles?: string[];
  readonly options?: ConfigurationSources["options"];
  readonly environment?: Record<string, string>;
}

function node(given: Given) {
  const { files: paths = [], profiles = [], options = [], environment = {} } = given;
  const layers = loadLayers({ files: paths, profiles, options }, environment);
  const found = resolveService(Worker, layers);
  layers.check([found.definition]);
  return found;
}

const read = (given: Given) => (node(given).instance as Worker).config;
const yaml = (text: string) => read({ files: [files({ "config.yaml": text })] });
const option = (path: string, value: string) => read({ options: [[path, value]] });

describe("the layers", () => {
  test("without any, the schema and the class decide", () => {
    expect(read({})).toEqual(DEFAULTS);
    expect(new Worker().config).toEqual(DEFAULTS);
  });

  test("are deep-merged, the command line strongest", () => {
    const path = files({
      "merge.yaml":
        "Worker: { label: file, maxTokens: 1, flag: true, model: { size: 2 } }\nprofiles: { prod: { Worker: { label: profile, maxTokens: 2, seed: 2 } } }",
    });
    const given = {
      files: [path],
      profiles: ["prod"],
      environment: { STATOR_WORKER__MAX_TOKENS: "3", STATOR_WORKER__STOP: "environment" },
      options: [["Worker.maxTokens", "4"]],
    } as const satisfies Given;
    expect(read({ ...given, files: [path], profiles: ["prod"], options: [["Worker.maxTokens", "4"]] })).toEqual({
      ...DEFAULTS,
      maxTokens: 4,
      stop: "environment",
      seed: 2n,
      label: "profile",
      flag: true,
      model: { name: "decorated", size: 2 },
    });
  });

  // Defect a of the original: one option below a map replaced the whole map of the file.
  test("one option does not take away what the file says beside it", () => {
    const path = files({
      "beside.yaml": "Worker: { resources: { gpu: 4, memory: 2G }, workers: 3, model: { name: file, size: 5 } }",
    });
    const found = node({
      files: [path],
      options: [
        ["Worker.resources.cpu", "2"],
        ["Worker.model.size", "6"],
      ],
    });
    expect(found.configured.settings).toEqual({ workers: 3, resources: { gpu: 4, memory: "2G", cpu: 2 } });
    expect((found.instance as Worker).config.model).toEqual({ name: "file", size: 6 });
  });

  // Defect b: what the decorator said was ignored.
  test("the decorator's workers count until a layer says otherwise", () => {
    expect(describeGraph([node({})])[0]?.workers).toBe(2);
    expect(describeGraph([node({ options: [["Worker.workers", "auto"]] })])[0]?.workers).toBe("auto");
  });

  test("null is a value, and replaces", () => {
    expect(yaml("Worker: { stop: null }").stop).toBeNull();
    expect(yaml("Worker: { stop: ~ }").stop).toBeNull();
    expect(yaml("Worker:\n  stop:\n").stop).toBeNull();
    expect(option("Worker.stop", "null").stop).toBeNull();
  });
});

// Defects c and d: negative numbers ended in a crash, 007 became 7, null could not be text.
describe("what is written is what arrives", () => {
  test.each([
    ["maxTokens", "-1", -1],
    ["maxTokens", "-0.5", -0.5],
    ["maxTokens", "1e3", 1000],
    ["label", "007", "007"],
    ["label", "1.10", "1.10"],
    ["label", "null", "null"],
    ["label", "true", "true"],
    ["label", "-1", "-1"],
    ["label", "18446744073709551615", "18446744073709551615"],
    ["label", "2026-11-26", "2026-11-26"],
    ["label", "no", "no"],
    ["label", "a.b.c", "a.b.c"],
    ["label", "0x1F", "0x1F"],
    ["label", '"quoted"', "quoted"],
    ["seed", "5", 5n],
    ["seed", "18446744073709551615", 18_446_744_073_709_551_615n],
    ["flag", "true", true],
    ["tags", '["007","a.b"]', ["007", "a.b"]],
  ] as const)("%s: %s", (key, text, value) => {
    const expected = { ...DEFAULTS, [key]: value };
    expect(option(`Worker.${key}`, text) as object).toEqual(expected);
    expect(yaml(`Worker:\n  ${key}: ${text}\n`) as object).toEqual(expected);
    const variable = `STATOR_WORKER__${key === "maxTokens" ? "MAX_TOKENS" : key.toUpperCase()}`;
    expect(read({ environment: { [variable]: text } }) as object).toEqual(expected);
  });

  test("text may be empty, JSON, or have an equals sign", () => {
    expect(option("Worker.label", "").label).toBe("");
    expect(option("Worker.label", '{"a":1}').label).toBe('{"a":1}');
    expect(option("Worker.label", "[x").label).toBe("[x");
    expect(option("Worker.label", "a=b=c").label).toBe("a=b=c");
    expect(yaml("Worker: { tags: [007, null, 1.10] }").tags).toEqual(["007", "null", "1.10"]);
  });

  test("a key may have dots, and be called like what objects have", () => {
    expect(option('Worker.prices["gpt-4.1"]', "2").prices).toEqual({ "gpt-4.1": 2 });
    expect(yaml('Worker: { prices: { "a.b": 1, constructor: 2 } }').prices).toEqual({ "a.b": 1, constructor: 2 });
    expect(() => yaml("Worker: { __proto__: { flag: true } }")).toThrow('Worker has no setting "__proto__"');
  });

  test("quotes make text, and text is no number", () => {
    expect(() => option("Worker.maxTokens", '"5"')).toThrow("--Worker.maxTokens: Invalid input: expected number");
    expect(() => yaml('Worker: { maxTokens: "5" }')).toThrow(
      "config.yaml:1:22: Worker.maxTokens: Invalid input: expected number",
    );
    expect(() => option("Worker.maxTokens", "007")).toThrow("expected number, received string");
    expect(() => option("Worker.flag", "5")).toThrow("expected boolean, received number");
  });
});

// Defect k: unknown options were ignored in silence.
describe("refuses, with the place and the nearest name,", () => {
  test.each([
    ["Worker: { maxTokenz: 5 }", 'config.yaml:1:22: Worker has no setting "maxTokenz"; did you mean "maxTokens"?'],
    ["Worker: { model: { sise: 5 } }", 'config.yaml:1:26: Worker has no setting "model.sise"; did you mean "size"?'],
    ["Worker: { worker: 5 }", 'Worker has no setting "worker"; did you mean "workers"?'],
    ["Workr: { label: a }", 'config.yaml:1:1: the graph has no service "Workr"; did you mean "Worker"?'],
    ["Worker: { workers: 0 }", 'config.yaml:1:20: Worker.workers: "0" is not a whole number from 1 to 1024 or "auto".'],
    ["Worker: { workers: 1.5 }", '"1.5" is not a whole number'],
    ["Worker: { port: 99999 }", '"99999" is not a whole number from 0 to 65535.'],
    ["Worker: { resources: { gpus: 1 } }", 'unknown option "gpus"; did you mean "gpu"?'],
    ["Worker: { resources: { memory: 2 apples } }", "memory"],
    ["Worker: { limits: { que: 1 } }", 'unknown limit "que"; did you mean "queue"?'],
    ["Worker: { env: { 1A: x } }", '"1A" is not a name'],
    ["Worker: 5", "config.yaml:1:9: a map is expected here."],
    ["- Worker", "a configuration is a map with services as keys."],
    ["Worker: { label: a }\nWorker: { label: b }", 'config.yaml:2:1: the key "Worker" stands here twice.'],
    ["Worker: { use: modle }\nshared: { model: {} }", 'there is no shared block "modle"; did you mean "model"?'],
    ["Worker: { label: [", "config.yaml:1:"],
    ["Worker: &a { prices: *a }", "levels deep"],
    ["Worker: { label: *nobody }", "config.yaml:1:18"],
  ])("%s", (text, said) => {
    expect(() => yaml(text)).toThrow(said);
  });

  test("what stands in lists, and in the values of maps", () => {
    const Route = z.strictObject({ path: z.string(), weight: z.number().default(1) });
    @service({ namespace: "test" })
    class Router {
      readonly config = configuration(
        z.object({
          routes: z.array(Route).default([]),
          named: z.record(z.string(), z.object({ to: z.string() })).default({}),
        }),
      );
    }
    const routed = (options: ConfigurationSources["options"]) =>
      (resolveService(Router, loadLayers({ files: [], profiles: [], options }, {})).instance as Router).config;
    expect(
      routed([
        ["Router.routes", '[{"path":"a"}]'],
        ["Router.named.x.to", "y"],
      ]),
    ).toEqual({
      routes: [{ path: "a", weight: 1 }],
      named: { x: { to: "y" } },
    });
    expect(() => routed([["Router.routes", '[{"path":"a"},{"path":"b","wieght":2}]']])).toThrow(
      'Router has no setting "routes.1.wieght"; did you mean "weight"?',
    );
    expect(() => routed([["Router.named.x", '{"to":"y","from":"z"}']])).toThrow('Router has no setting "named.x.from"');
  });

  test("what the command line and the environment say", () => {
    expect(() => option("Worker.maxTokenz", "5")).toThrow(
      '--Worker.maxTokenz: Worker has no setting "maxTokenz"; did you mean',
    );
    expect(() => option("Workr.label", "5")).toThrow(
      '--Workr.label: the graph has no service "Workr"; did you mean "Worker"?',
    );
    expect(() => read({ environment: { STATOR_WORKER__MAX_TOKEN: "5" } })).toThrow(
      'STATOR_WORKER__MAX_TOKEN: Worker has no setting "maxToken"; did you mean "maxTokens"?',
    );
    expect(() => read({ files: [files({ "p.yaml": "profiles: { prod: {} }" })], profiles: ["prd"] })).toThrow(
      '--profile: there is no profile "prd"; did you mean "prod"?',
    );
    expect(() => read({ files: [join(folder, "none.yaml")] })).toThrow("none.yaml: there is no such file.");
  });

  test("a variable for a service that is not here is only warned of", () => {
    const layers = loadLayers({ files: [], profiles: [], options: [] }, { STATOR_WORKR__LABEL: "a", STATOR_GPUS: "1" });
    expect(layers.check([resolveService(Worker, layers).definition])).toEqual([
      'STATOR_WORKR__LABEL is about no service of this graph; did you mean "Worker"?',
    ]);
  });
});

describe("a file", () => {
  test("extends others, relative to itself, and is stronger; the last of several is strongest", () => {
    const path = files({
      "deep/top.yaml": "extends: [../base.yaml, other.json]\nWorker: { label: top }",
      "base.yaml": "extends: root.yaml\nWorker: { label: base, maxTokens: 5, flag: true }",
      "root.yaml": "Worker: { seed: 9, maxTokens: 4 }",
      "deep/other.json": '{ "Worker": { "maxTokens": 6, "tags": ["other"] } }',
    });
    expect(read({ files: [path] })).toEqual({
      ...DEFAULTS,
      label: "top",
      maxTokens: 6,
      flag: true,
      seed: 9n,
      tags: ["other"],
    });
  });

  test("that extends itself is refused", () => {
    const path = files({ "circle.yaml": "extends: back.yaml", "back.yaml": "extends: circle.yaml" });
    expect(() => read({ files: [path] })).toThrow("the files extend each other in a circle");
  });

  test("has blocks that services share; anchors and merge keys work", () => {
    const text = `
      shared:
        small: { maxTokens: 8, model: &model { size: 3 } }
        loud: { label: loud }
      Worker:
        use: [small, loud]
        model: { name: own, <<: *model }
      profiles:
        big: { shared: { small: { maxTokens: 99 } } }`;
    const path = files({ "shared.yaml": text });
    expect(read({ files: [path] })).toEqual({
      ...DEFAULTS,
      maxTokens: 8,
      label: "loud",
      model: { name: "own", size: 3 },
    });
    expect(read({ files: [path], profiles: ["big"] }).maxTokens).toBe(99);
  });

  test("names a service by its class, its component, or its whole name", () => {
    for (const name of ["Worker", "worker", "test.worker"]) expect(yaml(`${name}: { label: x }`).label).toBe("x");
    for (const name of ["Worker", "worker", "test.worker"]) expect(option(`${name}.label`, "x").label).toBe("x");
  });

  test("may be empty", () => {
    expect(yaml("")).toEqual(DEFAULTS);
    expect(yaml("Worker:\n")).toEqual(DEFAULTS);
  });
});

describe("schemas of other libraries", () => {
  /** Says nothing about its keys, and drops those that it does not know. */
  const Silent: StandardSchemaV1<{ a?: number }, { a: number }> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => ({ value: { a: (value as { a?: number }).a ?? 1 } }),
    },
  };

  @service({ namespace: "test" })
  class Quiet {
    readonly config = configuration(Silent);
  }

  const quiet = (options: ConfigurationSources["options"]) =>
    resolveService(Quiet, loadLayers({ files: [], profiles: [], options }, {})).instance as Quiet;

  test("that do not describe themselves: what they drop is unknown", () => {
    expect(quiet([["Quiet.a", "5"]]).config).toEqual({ a: 5 });
    expect(() => quiet([["Quiet.b", "5"]])).toThrow('--Quiet.b: Quiet has no setting "b"');
  });

  test("that check asynchronously are refused", () => {
    const Late: StandardSchemaV1<object, object> = {
      "~standard": { version: 1, vendor: "test", validate: async (value) => ({ value: value as object }) },
    };
    expect(() => configuration(Late)).toThrow("cannot check asynchronously");
  });
});

describe("a class", () => {
  test("whose schema takes the name of a setting is refused", () => {
    @service({ namespace: "test" })
    class Clash {
      readonly config = configuration(z.object({ workers: z.number().default(1) }));
    }
    expect(() => resolveService(Clash)).toThrow('the key "workers" means something for every service');
  });

  test("may have several configurations, its base class one: each key must be known to one of them", () => {
    class Base {
      readonly base = configuration(z.object({ a: z.number().default(1) }));
    }
    @service({ namespace: "test" })
    class Derived extends Base {
      readonly own = configuration(z.object({ b: z.number().default(2) }));
    }
    const derived = (options: ConfigurationSources["options"]) =>
      resolveService(Derived, loadLayers({ files: [], profiles: [], options }, {})).instance as Derived;
    const both = derived([
      ["Derived.a", "5"],
      ["Derived.b", "6"],
    ]);
    expect([both.base, both.own]).toEqual([{ a: 5 }, { b: 6 }]);
    expect(() => derived([["Derived.c", "5"]])).toThrow('Derived has no setting "c"');
  });

  test("that needs a value says how to give it", () => {
    @service({ namespace: "test" })
    class Needy {
      readonly config = configuration(z.object({ apiKey: z.string() }));
    }
    expect(() => resolveService(Needy)).toThrow(
      "Needy.apiKey: Invalid input: expected string, received undefined; set it in a file, with STATOR_NEEDY__API_KEY or with --Needy.apiKey=",
    );
  });

  test("cannot change what it was told", () => {
    expect(() => Object.assign(new Worker().config, { label: "x" })).toThrow(TypeError);
  });
});

test("explains what every layer says, and what is shadowed", () => {
  const path = files({ "explain.yaml": "Worker: { maxTokens: 5 }\nprofiles: { p: { Worker: { maxTokens: 6 } } }" });
  const explained = describeGraph([
    node({
      files: [path],
      profiles: ["p"],
      environment: { STATOR_WORKER__MAX_TOKENS: "7" },
      options: [["Worker.maxTokens", "-1"]],
    }),
  ])[0]?.explanations;
  const of = (name: string) => explained?.find((each) => each.path === name);
  expect(of("maxTokens")).toEqual({
    service: "Worker",
    path: "maxTokens",
    value: -1,
    said: [
      { layer: "command line", where: "--Worker.maxTokens", value: -1 },
      { layer: "environment", where: "STATOR_WORKER__MAX_TOKENS", value: 7 },
      { layer: "profile", where: expect.stringMatching(/explain\.yaml:2:39$/), value: 6 },
      { layer: "file", where: expect.stringMatching(/explain\.yaml:1:22$/), value: 5 },
      { layer: "default", where: "", value: 256 },
    ],
  });
  expect(of("workers")?.said.map(({ layer, value }) => [layer, value])).toEqual([
    ["decorator", 2],
    ["default", 1],
  ]);
  expect(of("model.name")?.said[0]).toEqual({ layer: "decorator", where: "configuration()", value: "decorated" });
});

test("shows no secret", () => {
  @service({ namespace: "test" })
  class Keeper {
    readonly config = configuration(
      z.object({
        key: z.string().meta({ writeOnly: true }),
        login: z.object({ password: z.string() }).meta({ writeOnly: true }),
      }),
    );
  }
  const options = [
    ["Keeper.key", "hush"],
    ["Keeper.login.password", "hush"],
  ] as const;
  const found = resolveService(Keeper, loadLayers({ files: [], profiles: [], options }, {}));
  expect((found.instance as Keeper).config).toEqual({ key: "hush", login: { password: "hush" } });
  const explained = describeGraph([found])[0]?.explanations ?? [];
  expect(JSON.stringify(explained)).not.toContain("hush");
  expect(explained.find(({ path }) => path === "login.password")).toMatchObject({ value: "(secret)", isSecret: true });
});

test("travels to a worker as it is", () => {
  const options = [
    ["Worker.label", "007"],
    ["Worker.seed", "5"],
    ["Worker.stop", "null"],
    ['Worker.prices["a.b"]', "-1"],
    ["Worker.tags", '["1"]'],
  ] as const;
  const found = node({ options });
  const [described] = describeGraph([found]);
  const settings = `{"test.worker":${described?.settings ?? ""}}`;
  expect(settings).toBe('{"test.worker":{"label":"007","seed":5,"stop":null,"prices":{"a.b":-1},"tags":["1"]}}');
  expect(yaml(settings)).toEqual((found.instance as Worker).config);
});
