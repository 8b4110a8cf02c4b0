import { FrontendError } from "./openai-error.ts";

/** What a path of the API is for. */
export type RouteName = "chat" | "completions" | "embeddings" | "models" | "model" | "health" | "live" | "metrics";

/** A route that a request takes. */
export interface FoundRoute {
  readonly name: RouteName;
  /** The model that the path names; empty where it names none. */
  readonly model: string;
}

const ROUTES: Readonly<Record<string, readonly [RouteName, "GET" | "POST"]>> = {
  "/v1/chat/completions": ["chat", "POST"],
  "/v1/completions": ["completions", "POST"],
  "/v1/embeddings": ["embeddings", "POST"],
  "/v1/models": ["models", "GET"],
  "/health": ["health", "GET"],
  "/live": ["live", "GET"],
  "/metrics": ["metrics", "GET"],
};

const MODEL = "/v1/models/";

/** What answers a request. Throws 404 for a path that there is not, 405 for a method that it does not take. */
export function findRoute(method: string, pathname: string): FoundRoute {
  const path = pathname.length > 1 ? pathname.replace(/\/$/, "") : pathname;
  const model = path.startsWith(MODEL) ? modelOf(path.slice(MODEL.length)) : "";
  const [name, allowed] = ROUTES[path] ?? (model === "" ? unknown(method, pathname) : (["model", "GET"] as const));
  if (method === allowed || (method === "HEAD" && allowed === "GET")) return { name, model };
  throw new FrontendError(
    405,
    `${path} takes ${allowed}, not ${method}.`,
    { code: "method_not_allowed" },
    { allow: allowed === "GET" ? "GET, HEAD" : allowed },
  );
}

/** The path of an address, whatever the client calls the host: not every header makes an address that `URL` takes. */
export function pathOf(url: string): string {
  return /^(?:[a-z]+:\/\/[^/?#]*)?([^?#]*)/i.exec(url)?.[1] ?? "";
}

/** Names have slashes, which clients may write as they are. */
function modelOf(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unknown(method: string, pathname: string): never {
  throw new FrontendError(
    404,
    `There is no ${method} ${pathname.slice(0, 200)}; there are ${Object.keys(ROUTES).join(", ")}.`,
    { code: "unknown_url" },
  );
}
