import { verbatim } from "./compose-texts.ts";
import { composeServers } from "./compose-servers.ts";
import { composeServices } from "./compose-services.ts";
import type { Deployment, Rendered, RenderedFile } from "./deployment.ts";
import { header } from "./header.ts";
import { dockerfile } from "./render-dockerfile.ts";
import { yamlText } from "./yaml-text.ts";

/** A file for Compose, and what builds its image unless there is one already. */
export function renderCompose(deployment: Deployment): Rendered {
  const { name, configuration, options } = deployment;
  const builds = options.image === null ? dockerfile(deployment) : { files: [], steps: [] };
  const servers = composeServers(deployment);
  const document = {
    name,
    services: { ...servers.services, ...composeServices(deployment) },
    // Written into the file, so that one file is all there is.
    configs: { stator: { content: verbatim(configuration) } },
    ...(servers.volumes === null ? {} : { volumes: servers.volumes }),
  };
  const steps = [
    ...builds.steps,
    ...certificateSteps(deployment),
    ...secretSteps(deployment),
    "docker compose up --detach",
  ];
  const file: RenderedFile = { path: "compose.yaml", text: `${header(deployment, steps)}${yamlText([document])}` };
  return { files: [file, ...builds.files], steps };
}

function certificateSteps({ name, options: { security, etcd, nats } }: Deployment): string[] {
  if (security === null) return [];
  const hosts = [...(etcd === null ? ["etcd"] : []), ...(nats === null ? ["nats"] : [])];
  const names = [name, ...hosts, "127.0.0.1"].map((each) => `--name ${each}`).join(" ");
  return [`stator certs ${names} ${security}; set STATOR_UID to the user that owns the files, unless that is 1000`];
}

function secretSteps({ services }: Deployment): string[] {
  const secrets = [...new Set(services.flatMap((each) => each.secrets))].toSorted();
  return secrets.length === 0 ? [] : [`set ${secrets.join(", ")} in the environment, or in .env beside this file`];
}
