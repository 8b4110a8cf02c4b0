/** What the addon exports. Only files in `crossing` use it. */
export interface NativeAddon {
  version(): string;
  watchParent(fd: number, graceMs: number): void;
  NativeRuntime: new (options: string, environment: string, readsSockets: boolean, wake: () => void) => NativeRuntime;
}

/** See `crates/stator-binding/src/native_runtime.rs`. */
export interface NativeRuntime {
  feed(connection: number, bytes: Uint8Array): void;
  feedEnd(connection: number): void;
  command(number: number, command: string): void;
  submit(text: string, units: number, records: Uint32Array, count: number, bytes: Uint8Array): number;
  drain(records: Uint32Array): string;
  takeBytes(): Uint8Array;
  close(): void;
}
