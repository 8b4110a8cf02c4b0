/**
 * The seed of the token at a place, from that of the request. So an answer that goes on elsewhere draws what it would have drawn.
 *
 * The finaliser of MurmurHash3: neighbouring places get seeds that have nothing to do with each other.
 */
export function tokenSeed(seed: bigint, place: number): number {
  let hash =
    (Number(BigInt.asUintN(32, seed)) ^ Number(BigInt.asUintN(32, seed >> 32n))) + Math.imul(place, 0x9e37_79b9);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
