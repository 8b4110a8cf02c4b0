import type { Route } from "./route.ts";

/** A route that answers a path, with the parameters that it finds there. */
export interface RouteMatch {
  readonly route: Route;
  readonly parameters: Record<string, string>;
}

/** The route that answers, for requests that do not come through the server's own table; null for none. */
export function matchRoute(routes: readonly Route[], method: string, pathname: string): RouteMatch | null {
  let best: RouteMatch | null = null;
  for (const route of routes) {
    if (route.http.method !== method) continue;
    const found = route.pattern.exec(pathname);
    if (found === null) continue;
    const parameters = parametersOf(route.http.path, found.slice(1));
    if (parameters === null) continue;
    // A word in the path says more than a parameter.
    if (best === null || isNarrower(route.http.path, best.route.http.path)) best = { route, parameters };
  }
  return best;
}

function parametersOf(path: string, values: readonly string[]): Record<string, string> | null {
  const names = path.split("/").filter((part) => part.startsWith(":"));
  try {
    return Object.fromEntries(names.map((name, at) => [name.slice(1), decodeURIComponent(values[at] ?? "")]));
  } catch {
    // What is no text belongs to nobody.
    return null;
  }
}

function isNarrower(path: string, other: string): boolean {
  const parts = other.split("/");
  const at = path.split("/").findIndex((part, index) => part.startsWith(":") !== parts[index]?.startsWith(":"));
  return at >= 0 && parts[at]?.startsWith(":") === true;
}
