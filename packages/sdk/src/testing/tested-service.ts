import type { ContractMethods, ServiceContract } from "../contract/service-contract.ts";
import type { AbstractServiceClass } from "../definition/abstract-service.ts";
import type { CommandService } from "../definition/command-service.ts";
import type { ContractClient } from "../dependency/contract-client.ts";
import type { ServiceClient } from "../dependency/service-client.ts";

/** Whatever a service can be known by: its class, its contract, or a program of the graph. */
export type Tested = AbstractServiceClass | ServiceContract | CommandService;

/** The methods that serve it. */
export type MethodsOf<T> =
  T extends CommandService<infer C>
    ? ContractMethods<C>
    : T extends ServiceContract
      ? ContractMethods<T>
      : T extends AbstractServiceClass<infer S>
        ? S
        : never;

/** The client that calls it. */
export type ClientOf<T> =
  T extends CommandService<infer C>
    ? ContractClient<C>
    : T extends ServiceContract
      ? ContractClient<T>
      : T extends AbstractServiceClass<infer S>
        ? ServiceClient<S>
        : never;

/** The names of its endpoints. */
export type EndpointOf<T> = keyof ClientOf<T> & string;

type MethodOf<T, Name> = Name extends keyof MethodsOf<T> ? MethodsOf<T>[Name] : never;

/** What the method of an endpoint gets: the request, or the stream of them. */
export type RequestOf<T, Name> =
  MethodOf<T, Name> extends (request: infer Request, ...rest: never) => unknown ? Request : unknown;

/** One item of its answer, as it is sent. */
export type ItemOf<T, Name> =
  MethodOf<T, Name> extends (...parameters: never) => infer Result
    ? Result extends AsyncIterable<infer Item>
      ? Item
      : Result extends Promise<infer Value>
        ? Value
        : unknown
    : unknown;
