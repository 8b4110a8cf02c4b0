import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stator } from "./stator.ts";

/** A process as a manifest describes it. */
export interface RenderedProcess {
  readonly name: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What `stator deploy --json` gives. */
export interface RenderedFiles {
  readonly name: string;
  readonly steps: readonly string[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly services: readonly { readonly name: string; readonly replicas: number; readonly port: number | null }[];
}

/** Runs `stator deploy`; throws when it fails. */
export async function deployed(
  argv: readonly string[],
  environment: Record<string, string> = {},
): Promise<RenderedFiles> {
  const { code, stdout, stderr } = await stator(["deploy", ...argv, "--json"], environment);
  if (code !== 0) throw new Error(`stator deploy ${argv.join(" ")} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as RenderedFiles;
}

/** The text of one of the files. */
export function textOf({ files }: RenderedFiles, path: string): string {
  const found = files.find((file) => file.path === path);
  if (found === undefined) throw new Error(`there is no ${path} among ${files.map((file) => file.path).join(", ")}`);
  return found.text;
}

interface Compose {
  readonly services: Record<
    string,
    { entrypoint?: string[]; command: string[]; environment?: Record<string, string>; deploy?: { replicas: number } }
  >;
  readonly configs: Record<string, { content: string }>;
}

/** The processes of a Compose file, one for each replica, and the configuration that they have. */
export function composeProcesses(text: string, variables: Readonly<Record<string, string>>) {
  const { services, configs } = Bun.YAML.parse(text) as Compose;
  const processes = Object.entries(services).flatMap(([name, { entrypoint, command, environment = {}, deploy }]) => {
    if (entrypoint === undefined) return [];
    const expanded = Object.entries(environment).map(([key, value]) => [key, expand(value, variables)] as const);
    const argv = [...entrypoint, ...command].map((each) => expand(each, variables));
    const one: RenderedProcess = { name, argv, environment: Object.fromEntries(expanded) };
    return Array.from({ length: deploy?.replicas ?? 1 }, () => one);
  });
  return { processes, configuration: expand(configs["stator"]?.content ?? "", variables) };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Record<string, string>;
  readonly spec?: {
    replicas: number;
    template: { spec: { containers: { name: string; command?: string[]; args?: string[]; env?: Variable[] }[] } };
  };
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { fieldRef?: object; secretKeyRef?: { key: string } };
}

/** The same of Kubernetes' manifests. */
export function k8sProcesses(text: string, variables: Readonly<Record<string, string>>, podIp: string) {
  const manifests = Bun.YAML.parse(text) as Manifest[];
  const valueOf = ({ value = "", valueFrom }: Variable) =>
    valueFrom === undefined ? dereference(value) : (variables[valueFrom.secretKeyRef?.key ?? ""] ?? podIp);
  const processes = manifests.flatMap(({ kind, spec }) => {
    if (kind !== "Deployment" || spec === undefined) return [];
    return spec.template.spec.containers.flatMap(({ name, command, args = [], env = [] }) => {
      if (command?.[0] !== "bun") return [];
      const environment = Object.fromEntries(env.map((each) => [each.name, valueOf(each)]));
      const one: RenderedProcess = { name, argv: [...command, ...args].map(dereference), environment };
      return Array.from({ length: spec.replicas }, () => one);
    });
  });
  return { processes, configuration: manifests.find(({ kind }) => kind === "ConfigMap")?.data?.["stator.json"] ?? "" };
}

/** The same of systemd's units. */
export function systemdProcesses(rendered: RenderedFiles, variables: Readonly<Record<string, string>>) {
  const { name, files, services } = rendered;
  const settings = `etc/${name}`;
  const read = (path: string) =>
    path.endsWith("secrets.env") ? variables : environmentOf(textOf(rendered, path.slice(1)));
  const processes = services.flatMap((service) => {
    const unit = textOf(rendered, `etc/systemd/system/${name}-${service.name}@.service`);
    const [, start = ""] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
    const [, , ...argv] = ["", ...wordsOf(start)];
    return Array.from({ length: service.replicas }, (_, index): RenderedProcess => {
      const paths = [...unit.matchAll(/^EnvironmentFile=(.*)$/gm)].map(([, path = ""]) =>
        path.replace("%i", String(index + 1)),
      );
      return { name: service.name, argv, environment: Object.assign({}, ...paths.map(read)) as Record<string, string> };
    });
  });
  return { processes, configuration: files.find(({ path }) => path === `${settings}/stator.json`)?.text ?? "" };
}

/** A configuration as a file; it goes away with this. */
export class ConfigurationFile implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "stator-deployed-"));
  readonly path = join(this.#folder, "stator.json");

  constructor(text: string) {
    writeFileSync(this.path, text);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** As Compose does it: `$$`, `${NAME:-default}`, `${NAME:?message}`. */
function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$(?:(\$)|\{(\w+):([-?])([^}]*)\})/g,
    (_all, dollar?: string, name = "", kind?: string, rest = "") => {
      if (dollar !== undefined) return "$";
      const value = variables[name];
      if (value === undefined && kind === "?") throw new Error(`${name}: ${rest}`);
      return value ?? rest;
    },
  );
}

/** As Kubernetes does it: `$$(` is `$(`; nothing else is put in, for nothing else may be there. */
function dereference(text: string): string {
  if (/(?<!\$)\$\(\w+\)/.test(text)) throw new Error(`${text} would be replaced`);
  return text.replaceAll("$$(", "$(");
}

/** As systemd reads `ExecStart=`. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    (plain ?? quoted?.replaceAll(/\\(.)/g, "$1") ?? "").replaceAll("$$", "$").replaceAll("%%", "%"),
  );
}

/** As systemd reads `EnvironmentFile=`. */
function environmentOf(text: string): Record<string, string> {
  const found = text.matchAll(/^(?!#)(\w+)=(?:"((?:[^"\\]|\\[^])*)"|(.*))$/gm);
  return Object.fromEntries(
    [...found].map(([, name = "", quoted, plain]) => [name, quoted?.replaceAll(/\\(["\\`$])/g, "$1") ?? plain ?? ""]),
  );
}
