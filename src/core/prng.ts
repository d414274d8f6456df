/** Random numbers as arguments: a seeded stream, and a hash that keys a draw by (seed, cell, event). */

export interface Prng {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
}

/** A stream by sfc32 (Chris Doty-Humphrey, PractRand); equal seeds give equal streams on every machine. */
export function seededPrng(seed: number): Prng {
  const next = sfc32(mix32(seed), mix32(seed ^ 0x9e3779b9), mix32(seed ^ 0x243f6a88));
  const uniform = (): number => (next() * 2097152 + (next() >>> 11)) / 9007199254740992;
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal, below: (bound) => Math.floor(uniform() * bound) };
}

/** The 32-bit finaliser of MurmurHash3 (Austin Appleby): every input bit changes every output bit with probability near 1/2. */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** 32 random bits for one event of one cell. Draws of different cells or events are unrelated, whatever the order they are made in. */
export function keyedBits(seed: number, cell: number, event: number): number {
  return mix32(mix32(mix32(seed) ^ cell) + Math.imul(event, 0x9e3779b9));
}

function sfc32(a: number, b: number, c: number): () => number {
  let counter = 1;
  const step = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round++) step();
  return step;
}
