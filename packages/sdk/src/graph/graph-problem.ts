/** What is wrong with a graph, before anything of it has started. */
export interface GraphProblem {
  /** What sort of problem it is. */
  readonly kind:
    | "unresolved"
    | "unused-link"
    | "ambiguous"
    | "mistyped"
    | "cyclic"
    | "duplicate"
    | "over-committed"
    | "port-clash"
    | "configuration";
  /** The service, or its field, that it is about. */
  readonly where: string;
  /** One sentence with the remedy. */
  readonly message: string;
}
