/** One service of a graph, as far as the supervisor has to know it. */
export interface ServiceDescription {
  /** The class, or the contract of a command. */
  readonly className: string;
  /** `namespace.component`. */
  readonly id: string;
  readonly component: string;
  readonly workers: number;
  /** Whether it has `@api` methods. */
  readonly http: boolean;
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

/** What a child is started for; its only argument, as JSON. */
export type ChildTask =
  | {
      readonly task: "describe";
      /** `<file>#<Service>`. */
      readonly target: string;
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
  | { readonly type: "graph"; /** Dependencies first. */ readonly services: readonly ServiceDescription[] }
  /** It serves; again when it has another instance id. */
  | { readonly type: "ready"; readonly url?: string | null; /** In decimal. */ readonly instanceId?: string | null }
  | { readonly type: "failed"; readonly message: string };
