import type { Deployment, Rendered, Rendering } from "./deployment.ts";
import { renderCompose } from "./render-compose.ts";
import { renderDockerfile } from "./render-dockerfile.ts";
import { renderK8s } from "./render-k8s.ts";
import { renderSystemd } from "./render-systemd.ts";

const RENDERERS: Readonly<Record<Rendering, (deployment: Deployment) => Rendered>> = {
  compose: renderCompose,
  k8s: renderK8s,
  systemd: renderSystemd,
  dockerfile: renderDockerfile,
};

/** The files of a deployment. The same deployment gives the same files. */
export function render(deployment: Deployment): Rendered {
  return RENDERERS[deployment.options.rendering](deployment);
}
