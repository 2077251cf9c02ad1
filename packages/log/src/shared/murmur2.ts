// Which partition a key belongs to: Kafka's own hash, so that a key has the same partition on every backend.

const seed = 0x9747b28c
const m = 0x5bd1e995
const r = 24

/**
 * The 32-bit murmur2 hash of Kafka's Java client (org.apache.kafka.common.utils.Utils.murmur2, Apache License 2.0) and
 * of kafkajs' default partitioner.
 */
export function murmur2(data: Uint8Array): number {
  const { length } = data
  const view = new DataView(data.buffer, data.byteOffset, length)
  const whole = length & ~3
  let h = seed ^ length
  for (let i = 0; i < whole; i += 4) {
    let k = Math.imul(view.getInt32(i, true), m)
    k = Math.imul(k ^ (k >>> r), m)
    h = Math.imul(h, m) ^ k
  }
  if (whole < length) {
    for (let i = length - 1; i >= whole; i--) h ^= view.getUint8(i) << (8 * (i - whole))
    h = Math.imul(h, m)
  }
  h = Math.imul(h ^ (h >>> 13), m)
  return h ^ (h >>> 15)
}

/** Assigns keys to `partitions` partitions; records without a key take turns. */
export function createPartitioner(partitions: number): (key: string | null) => number {
  let turn = 0
  return (key) => (key === null ? turn++ : murmur2(Buffer.from(key)) & 0x7fffffff) % partitions
}
