/**
 * Which variant of an experiment a visitor meets: a matter of arithmetic, the same here and on the
 * server. Its twin is loyalnest/experiments/rules/assignment.py; both are held to the same vectors,
 * tests/experiments/assignments.json. Keys and visitors are plain ASCII.
 */
export interface Experiment {
  key: string;
  /** Of all visitors, in hundredths: 0.25 is a quarter of them. */
  share: number;
  variants: readonly { key: string; weight: number }[];
}

/** The key of the variant that a visitor meets; null for whoever takes no part. */
export function assign(experiment: Experiment, visitor: string): string | null {
  const bucket = murmur3(`${experiment.key}:${visitor}`);
  const percent = Math.round(experiment.share * 100);
  if (bucket * 100 >= percent * BUCKETS) return null;
  const total = experiment.variants.reduce((sum, variant) => sum + variant.weight, 0);
  const place = bucket * 100 * total; // whole numbers below 2⁵³ throughout: this is exact
  let edge = 0;
  for (const variant of experiment.variants) {
    edge += variant.weight * percent * BUCKETS;
    if (place < edge) return variant.key;
  }
  return null;
}

const BUCKETS = 2 ** 32;

/** The 32-bit MurmurHash3 (x86) of some ASCII, by Austin Appleby, in the public domain. */
export function murmur3(text: string): number {
  let hash = 0;
  const whole = text.length & ~3;
  for (let at = 0; at < whole; at += 4) {
    hash ^= scrambled(block(text, at, 4));
    hash = (Math.imul(rotated(hash, 13), 5) + 0xe6546b64) | 0;
  }
  hash ^= scrambled(block(text, whole, text.length - whole));
  hash ^= text.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function block(text: string, at: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value |= text.charCodeAt(at + i) << (8 * i);
  return value;
}

function scrambled(value: number): number {
  return Math.imul(rotated(Math.imul(value, 0xcc9e2d51), 15), 0x1b873593);
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
