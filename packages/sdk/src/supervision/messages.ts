import type { ConfigurationSources } from "../configuration/load-layers.ts";
import type { Resources } from "../definition/resources.ts";
import type { Explanation } from "../configuration/explanation.ts";

/** One service of a graph, as far as the supervisor has to know it. What the configuration says is applied already. */
export interface ServiceDescription {
  /** The class, or the contract of a command. */
  readonly className: string;
  /** `namespace.component`. */
  readonly id: string;
  readonly component: string;
  readonly workers: number | "auto";
  /** Whether it has `@api` methods. */
  readonly http: boolean;
  /** The port that the configuration gives it; null if none. */
  readonly port: number | null;
  /** What each worker needs. */
  readonly resources: Resources;
  readonly labels: Readonly<Record<string, string>>;
  /** What its processes find in their environment unless it is set already. */
  readonly defaultEnv: Readonly<Record<string, string>>;
  /** What the configuration sets in their environment; null takes a variable away. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Names of its endpoints. */
  readonly endpoints: readonly string[];
  /** Ids of the services that it calls. */
  readonly dependsOn: readonly string[];
  /** Its part of the configuration, as JSON that reads the same again. */
  readonly settings: string;
  readonly explanations: readonly Explanation[];
  /** How it is started if it is a program of its own; null for a class. */
  readonly command: CommandDescription | null;
}

/** A program that serves, in whatever language. */
export interface CommandDescription {
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** Added to the environment of the graph. */
  readonly env: Readonly<Record<string, string>>;
}

/** A graph as its own process has loaded it. */
export interface DescribedGraph {
  /** Dependencies first. */
  readonly services: readonly ServiceDescription[];
  /** What people should be told of its configuration. */
  readonly warnings: readonly string[];
  /** The files that it is made of, those of the configuration among them; without those of packages. */
  readonly files: readonly string[];
}

/** What a child is started for; its last argument, as JSON. A program that carries its graph has no use for the target. */
export type ChildTask =
  | {
      readonly task: "describe";
      /** `<file>#<Service>`. */
      readonly target: string;
      readonly sources: ConfigurationSources;
    }
  | {
      readonly task: "serve";
      /** `<file>#<Service>` of the graph's root: it leads to every service. */
      readonly target: string;
      /** Id of the service to run. */
      readonly service: string;
      readonly http: { readonly host: string; readonly port: number; readonly reusePort: boolean };
      readonly drainMs: number;
    };

/** What a child tells its supervisor, one line of JSON each, on the descriptor that `STATOR_READY_FD` names. */
export type ChildMessage =
  | ({ readonly type: "graph" } & DescribedGraph)
  /** It serves; again when it has another instance id. */
  | {
      readonly type: "ready";
      readonly url?: string | null;
      /** In decimal. */
      readonly instanceId?: string | null;
      /** Where its system server listens, `IP:port`. */
      readonly systemAddress?: string | null;
    }
  /** Its event loop turns. Once it has said so, it does every second. */
  | { readonly type: "alive" }
  | {
      readonly type: "failed";
      readonly message: string;
      /** Whether what it was asked for is wrong, and not what it does. */
      readonly usage?: boolean;
    };
