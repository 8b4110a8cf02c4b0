/** Tests of services: in one process, without waiting, and with everything that can go wrong. */
import "../agreement.ts";

export type { FaultyCalls } from "./call-faults.ts";
export type { WaitOptions } from "./changes.ts";
export { testCluster } from "./cluster.ts";
export type { TestClusterOptions } from "./cluster-options.ts";
export { fake } from "./fake.ts";
export type { Fault, FaultOptions } from "./fault.ts";
export { LeakError } from "./leaks.ts";
export type { Partition } from "./partition.ts";
export type { CallStatus, RecordedCall } from "./recorded-call.ts";
export type { RecordedCalls } from "./recorded-calls.ts";
export type { Replacement } from "./replacement.ts";
export { testService, type TestService } from "./service.ts";
export { stub, type StubMethods } from "./stub.ts";
export type { TestClock } from "./test-clock.ts";
export type { CallsOptions, Side, TestCluster } from "./test-cluster.ts";
export type { TestInstance } from "./test-instance.ts";
export type { ClientOf, EndpointOf, ItemOf, MethodsOf, RequestOf, Tested } from "./tested-service.ts";
