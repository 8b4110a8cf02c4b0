import type { CommandDescription } from "../supervision/messages.ts";
import type { Resources } from "../definition/resources.ts";

/** Where a graph is to run. */
export const RENDERINGS = ["compose", "k8s", "systemd", "dockerfile"] as const;
export type Rendering = (typeof RENDERINGS)[number];

/** What people ask for beside the graph itself. */
export interface DeployOptions {
  readonly rendering: Rendering;
  /** `<file>#<Name>`, as it was written. */
  readonly target: string;
  /** The folder of the project: what is copied to where the graph runs. Absolute. */
  readonly project: string;
  /** Where the files will stand. Absolute. */
  readonly out: string;
  /** The command line that makes the same files again. */
  readonly command: string;
  /** What the objects are named after; null for the name of the graph. */
  readonly name: string | null;
  /** An image that exists already; null for one that is built. */
  readonly image: string | null;
  /** The Kubernetes namespace; null for that of whoever applies the manifests. */
  readonly namespace: string | null;
  /** Endpoints of an etcd that runs already; null for one of its own. */
  readonly etcd: string | null;
  /** Addresses of a NATS that runs already; null for one of its own. */
  readonly nats: string | null;
  /** How calls travel; null for the default of the runtime. */
  readonly requestPlane: string | null;
  /** Where certificates and the token are: a Secret, else a folder; null for none. */
  readonly security: string | null;
  /** Variables that are given by reference, never by value. */
  readonly secrets: readonly string[];
  /** Variables for all services. */
  readonly env: Readonly<Record<string, string>>;
  /** The GPUs of the machine; null where nobody says. */
  readonly gpus: readonly string[] | null;
  /** HTTP port of the graph's root; further services take the next ones. */
  readonly port: number;
  /** Time for open calls to end, in milliseconds. */
  readonly drainMs: number;
}

/** One service as it is deployed. */
export interface DeployedService {
  readonly className: string;
  /** `namespace.component`. */
  readonly id: string;
  /** Its own name among the objects of the deployment: a DNS label. */
  readonly name: string;
  readonly replicas: number;
  /** Of each replica. */
  readonly resources: Resources;
  /** The port that its HTTP listens on; null without `@api`. */
  readonly port: number | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Variables of its own, in the order of their names. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables that are given by reference. */
  readonly secrets: readonly string[];
  /** Names of the services of this deployment that it calls and that stand before it. */
  readonly after: readonly string[];
  /** A program of its own; null for a class. */
  readonly command: CommandDescription | null;
}

/** A graph as it is deployed: what all renderings are made of. */
export interface Deployment {
  readonly name: string;
  /** Relative to the project, with slashes: `app/graphs.ts#echo`. */
  readonly target: string;
  /** Dependencies first. */
  readonly services: readonly DeployedService[];
  /** What the services are told, as JSON for `STATOR_CONFIG`; without secrets. */
  readonly configuration: string;
  /** What runs elsewhere and is called: `namespace.component`. */
  readonly elsewhere: readonly string[];
  readonly options: DeployOptions;
}

/** A file that was rendered. */
export interface RenderedFile {
  /** Relative to the folder of the output. */
  readonly path: string;
  readonly text: string;
}

/** What came of it. */
export interface Rendered {
  readonly files: readonly RenderedFile[];
  /** What has to be done before it runs, in the order of doing. */
  readonly steps: readonly string[];
}
