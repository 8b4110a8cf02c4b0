import { type ClientInterceptor, contextValue, metadataKey, type ServerInterceptor, StatorError } from "@stator/sdk";

/** Who makes a call. Only an interceptor of this process can say so: it does not travel. */
export const User = contextValue<{ readonly name: string }>("User");

/** What travels: a token, in the metadata of the call or in the header of the same name. */
const Authorization = metadataKey("authorization");

/** Lets calls through whose token is known, and tells their methods whose it is. */
export function authenticate(users: ReadonlyMap<string, string>): ServerInterceptor {
  return (next) => async (call) => {
    const header = call.httpRequest?.headers.get("authorization") ?? Authorization.get(call);
    const name = users.get(header?.replace(/^Bearer /, "") ?? "");
    if (name === undefined) {
      throw new StatorError("permission_denied", `${call.path} needs a token that is known.`, { httpStatus: 401 });
    }
    User.set(call.context, { name });
    return next(call);
  };
}

/** Sends a token with every call. */
export function bearer(token: () => string): ClientInterceptor {
  return (next) => (call) => next(Authorization.on(call, `Bearer ${token()}`));
}
