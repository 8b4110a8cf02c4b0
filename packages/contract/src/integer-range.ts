/** The least and the greatest integer of a width. */
export function integerRange(bits: number, signed: boolean): { min: bigint; max: bigint } {
  return signed
    ? { min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n }
    : { min: 0n, max: 2n ** BigInt(bits) - 1n };
}
