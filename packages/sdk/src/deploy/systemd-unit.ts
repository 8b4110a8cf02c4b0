import type { DeployedService, Deployment } from "./deployment.ts";
import { unitArguments, STATOR } from "./serve-command.ts";
import { stopSeconds } from "./stop-budget.ts";
import { places } from "./systemd-environment.ts";
import { unitArgument, unitText } from "./systemd-texts.ts";

/** What the supervisor takes beside the worker, in bytes: 52 MB were seen. */
const SUPERVISOR_BYTES = 128 * 2 ** 20;

const HARDENING = [
  "NoNewPrivileges=yes",
  "CapabilityBoundingSet=",
  "ProtectSystem=strict",
  "ProtectHome=yes",
  "PrivateTmp=yes",
  "ProtectProc=invisible",
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "ProtectKernelTunables=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelLogs=yes",
  "ProtectControlGroups=yes",
  "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "LockPersonality=yes",
  "SystemCallArchitectures=native",
  "SystemCallFilter=@system-service",
  "SystemCallErrorNumber=EPERM",
  "UMask=0077",
];

/** The names of the units of a service's workers. */
export function workerUnits({ name }: Deployment, service: DeployedService): string[] {
  return Array.from({ length: service.replicas }, (_, index) => `${name}-${service.name}@${index + 1}.service`);
}

/** The template of a service's units, one for each worker. */
export function serviceUnit(deployment: Deployment, service: DeployedService): string {
  const { name, services, options } = deployment;
  const { project, settings } = places(deployment);
  const before = services.filter((each) => service.after.includes(each.name));
  const after = ["network-online.target", ...before.flatMap((each) => workerUnits(deployment, each))];
  const { cpu, memory, gpu } = service.resources;
  return lines([
    "[Unit]",
    `Description=${unitText(`${service.className} (${service.id})`)}, worker %i`,
    "Wants=network-online.target",
    `After=${after.join(" ")}`,
    `PartOf=${name}.target`,
    "",
    "[Service]",
    "Type=exec",
    `ExecStart=${["/usr/bin/env", ...STATOR, ...unitArguments(deployment, service)].map(unitArgument).join(" ")}`,
    `WorkingDirectory=${project}`,
    `EnvironmentFile=${settings}/environment`,
    ...(Object.keys(service.env).length === 0 ? [] : [`EnvironmentFile=${settings}/${service.name}.env`]),
    `EnvironmentFile=${settings}/${service.name}@%i.env`,
    ...(service.secrets.length === 0 ? [] : [`EnvironmentFile=${settings}/secrets.env`]),
    ...credentials(options.security),
    // All units of the graph are one user, who exists while one of them runs.
    "DynamicUser=yes",
    `User=${name}`,
    `RuntimeDirectory=${name}`,
    "RuntimeDirectoryMode=0700",
    "RuntimeDirectoryPreserve=yes",
    "Restart=on-failure",
    "RestartSec=2",
    "# The supervisor drains its worker; what is left at the end is killed.",
    "KillMode=mixed",
    `TimeoutStopSec=${stopSeconds(options.drainMs)}`,
    ...(cpu === null ? [] : [`CPUQuota=${Math.max(1, Math.round(cpu * 100))}%`]),
    ...(memory === null ? [] : ["# With room for the supervisor.", `MemoryMax=${memory + SUPERVISOR_BYTES}`]),
    ...HARDENING,
    ...(gpu === 0 ? ["PrivateDevices=yes"] : []),
    ...Object.entries(service.labels).map(
      ([key, value]) => `X-Label=${unitText(`${key}=${value}`.replaceAll("\n", " "))}`,
    ),
  ]);
}

/** What starts and stops all of it. */
export function graphTarget(deployment: Deployment): string {
  const units = deployment.services.flatMap((each) => workerUnits(deployment, each));
  return lines([
    "[Unit]",
    `Description=${unitText(deployment.target)}`,
    ...units.map((each) => `Wants=${each}`),
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  ]);
}

/** The certificates as the unit has them: readable for it alone, whoever owns the files. */
function credentials(security: string | null): string[] {
  if (security === null) return [];
  const files = ["ca.pem", "cert.pem", "key.pem", "token"];
  return [
    ...files.map((each) => `LoadCredential=${each}:${unitText(security)}/${each}`),
    "Environment=STATOR_SECURITY=%d",
  ];
}

function lines(all: readonly string[]): string {
  return all.map((each) => `${each}\n`).join("");
}
