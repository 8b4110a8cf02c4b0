/** A hash of a seed and tokens, one after the other: what looks random is read from it. */
export class TokenHash {
  private high: number;
  private low: number;

  constructor(seed: bigint) {
    this.low = Number(BigInt.asUintN(32, seed)) ^ 0x243f6a88;
    this.high = Number(BigInt.asUintN(32, seed >> 32n)) ^ 0x85a308d3;
  }

  /** One more token. */
  add(token: number): void {
    this.low = mixed(this.low ^ token, this.high);
    this.high = mixed(this.high + 0x9e3779b9, this.low);
  }

  /** A number from 0 to below 1; another one for each `purpose`. */
  fraction(purpose: number): number {
    return (mixed(this.high ^ Math.imul(purpose + 1, 0x85ebca6b), this.low) >>> 0) / 2 ** 32;
  }
}

function mixed(one: number, other: number): number {
  let value = Math.imul(one ^ (one >>> 16), 0x85ebca6b) ^ Math.imul(other ^ (other >>> 15), 0xc2b2ae35);
  value = Math.imul(value ^ (value >>> 13), 0x27d4eb2f);
  return value ^ (value >>> 16);
}
