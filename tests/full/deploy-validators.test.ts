/** What `stator deploy` writes, read by the programs that others read it with. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { type Validator, type Validators, validators } from "../../scripts/lib/validators/validators.ts";
import { deployed } from "../support/rendered.ts";

const TARGET = "tests/e2e/fixtures/deployed.ts#Front";
const SECRETS = { STATOR_KEEPER__KEY: "xyzzy", EXTRA: "by reference" };
const ODD = `--Keeper.env.MODE=a $HOME $$x \${y:-z} $(MODE) %i "quoted" 'single'`;
/** One graph in many forms: each shows parts of the manifests that the others do not have. */
const FORMS = {
  plain: [],
  told: [ODD, "--Keeper.greeting=$HOME", "--secret", "EXTRA", "--Front.workers=3", "--name", "shop"],
  guarded: ["--security", "/etc/front/security", "--request-plane", "dynamo"],
  elsewhere: ["--etcd", "https://etcd.internal:2379", "--nats", "tls://nats.internal:4222"],
  gpus: ["--Keeper.resources.gpu=1", "--gpus", "0,GPU-8f2e"],
};

let tools: Validators;
const folder = mkdtempSync(join(tmpdir(), "stator-validators-"));
beforeAll(async () => {
  tools = await validators();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(
  { command, environment }: Validator,
  argv: readonly string[],
): Promise<{ code: number; output: string }> {
  const child = Bun.spawn([...command, ...argv], {
    env: { ...process.env, ...SECRETS, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 120_000,
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, output: out + err };
}

/** Writes the files of a rendering; gives their folder. */
async function written(rendering: string, name: string, argv: readonly string[]): Promise<string> {
  const out = join(folder, `${rendering}-${name}`);
  for (const { path, text } of (await deployed([TARGET, "--render", rendering, ...argv], SECRETS)).files) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), text);
  }
  return out;
}

async function changed(file: string, from: string, to: string): Promise<string> {
  const text = await Bun.file(file).text();
  expect(text).toContain(from);
  const path = file.replace(/(\.\w+)$/, "-changed$1");
  writeFileSync(path, text.replace(from, to));
  return path;
}

describe.each(Object.entries(FORMS))("%s", (name, argv) => {
  test("Docker Compose reads the file, and puts no variable where none is meant", async () => {
    const file = join(await written("compose", name, argv), "compose.yaml");
    const { code, output } = await run(tools.compose, ["--file", file, "config", "--format", "json"]);
    expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
    const { services } = JSON.parse(output) as { services: Record<string, { environment?: Record<string, string> }> };
    const keeper = services["keeper"] ?? services["keeper-1"];
    // It is shown as it would have to be written.
    if (name === "told")
      expect(keeper?.environment?.["MODE"]).toBe(ODD.slice(ODD.indexOf("=") + 1).replaceAll("$", "$$$$"));
    expect(keeper?.environment?.["STATOR_KEEPER__KEY"]).toBe("xyzzy");
    const wrong = await changed(file, "source: stator", "source: statar");
    expect((await run(tools.compose, ["--file", wrong, "config"])).code).toBe(1);
  });

  test("the schemas of Kubernetes, unknown fields refused, from 1.29 to 1.37", async () => {
    const file = join(await written("k8s", name, ["--image", "example/front:1", ...argv]), "k8s.yaml");
    for (const version of ["1.29", "1.31", "1.34", "1.37"]) {
      const { code, output } = await run(tools.kubernetesValidate, ["--strict", "--quiet", "-k", version, file]);
      expect([code, output]).toEqual([0, ""]);
    }
    const wrong = await changed(file, "terminationGracePeriodSeconds", "terminationGracePeriod");
    expect((await run(tools.kubernetesValidate, ["--strict", "--quiet", wrong])).code).toBe(1);
  });

  test("systemd reads the units, and finds them well locked up", async () => {
    const units = join(await written("systemd", name, argv), "etc/systemd/system");
    const names = [...new Bun.Glob("*").scanSync(units)].map((each) => join(units, each.replace("@.", "@1.")));
    // The instances stand for their templates.
    expect(await run(tools.systemdAnalyze, ["verify", "--man=no", ...names])).toEqual({ code: 0, output: "" });
    for (const template of new Bun.Glob("*@.service").scanSync(units)) {
      const argumentsOf = ["security", "--offline=true", "--threshold=25", join(units, template)];
      expect((await run(tools.systemdAnalyze, argumentsOf)).output).toContain("exposure level");
      expect((await run(tools.systemdAnalyze, argumentsOf)).code).toBe(0);
    }
    const [template = ""] = [...new Bun.Glob("*@.service").scanSync(units)];
    const text = await Bun.file(join(units, template)).text();
    writeFileSync(join(units, "wrong.service"), text.replace("KillMode=mixed", "KillModus=mixed"));
    const wrong = await run(tools.systemdAnalyze, ["verify", "--man=no", join(units, "wrong.service")]);
    expect(wrong.output).toContain("KillModus");
  });

  test("hadolint has nothing against the container file", async () => {
    const file = join(await written("dockerfile", name, argv), "Dockerfile");
    expect(await run(tools.hadolint, [file])).toEqual({ code: 0, output: "" });
    const wrong = join(dirname(file), "Wrong");
    writeFileSync(wrong, `${await Bun.file(file).text()}RUN cd /app && sudo true\n`);
    expect((await run(tools.hadolint, [wrong])).code).toBe(1);
  });
});
