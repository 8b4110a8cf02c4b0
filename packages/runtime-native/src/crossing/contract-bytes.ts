/** The bytes of a contract's type: JSON has a text for them, so they travel as that text everywhere. */
export interface ContractBytes extends Uint8Array {
  toJSON(): string;
}

/** Whether these are bytes that say what they are in JSON. What a `Buffer` says there is an object of its own. */
export function isContractBytes(value: object): value is ContractBytes {
  return value instanceof Uint8Array && !(value instanceof Buffer) && "toJSON" in value;
}
