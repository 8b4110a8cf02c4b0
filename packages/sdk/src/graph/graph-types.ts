import type { CommandService } from "../definition/command-service.ts";
import type { ServiceContract } from "../contract/service-contract.ts";
import type { ServiceClass } from "../definition/service-definition.ts";
import type { ContractClient } from "../dependency/contract-client.ts";
import type { ServiceClient } from "../dependency/service-client.ts";

/** A class or a program, as `graph` and `link` take it. */
export type Linkable = ServiceClass | CommandService;

/** What `graph` knows of a service: the fields of a class; of a program none. */
export type ServiceOf<L> = L extends ServiceClass<infer S> ? S : never;

type ClientOf<L> =
  L extends ServiceClass<infer S> ? ServiceClient<S> : L extends CommandService<infer C> ? ProgramClient<C> : never;

type ProgramClient<C extends ServiceContract> = ContractClient<C>;

/** Parameters are compared both ways: what a class takes and what its callers send differ in the width of integers. */
type Loose<F> = F extends (...parameters: infer P) => infer R ? { call(...parameters: P): R }["call"] : never;

type Methods<T> = { readonly [Name in keyof T]: Loose<T[Name]> };

type AllFunctions<T> = [keyof T] extends [never]
  ? false
  : T extends Readonly<Record<keyof T, (...parameters: never) => unknown>>
    ? true
    : false;

/** The public fields of a service that a client of this form fits. */
type FieldsFor<Service, Client> = Service extends object
  ? {
      [Name in keyof Service]: AllFunctions<Service[Name]> extends true
        ? Methods<Client> extends Methods<Service[Name]>
          ? Name
          : never
        : never;
    }[keyof Service] &
      string
  : never;

/** The fields of the services of a graph that a service can stand in. */
export type LinkableFields<Services, L> = FieldsFor<Services, ClientOf<L>>;

/** The service itself where some field takes it; else a text that says why it does not compile. */
export type CheckedLink<Services, L> = [LinkableFields<Services, L>] extends [never]
  ? "No public field of the graph's services takes this service; if one that is private does, name it with { as }."
  : L;
