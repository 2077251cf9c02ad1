// How far the lake has got: where each partition's newest file ends.
import { listLake } from './partition.ts'
import { readLastRow } from './read-file.ts'

/** The records of a partition that are in the lake. */
export interface PartitionCoverage {
  /** Every record below it is in the lake, as far as the log still had it. */
  nextOffset: number
  /** When the last one was received, epoch ms. */
  receivedAt: number
}

/**
 * What the lake covers, by partition; partitions without a record are left out. Lists the lake and reads the ends of
 * the newest files. Throws `LakeFileDamaged` where one cannot be relied on.
 */
export async function lakeCoverage(lakeDir: string, topic: string): Promise<Map<number, PartitionCoverage>> {
  const { files } = await listLake(lakeDir)
  const newest = new Map(files.filter((file) => file.topic === topic).map((file) => [file.partition, file]))
  const coverage = new Map<number, PartitionCoverage>()
  for (const [partition, file] of newest) {
    const { offset, receivedAt } = await readLastRow(file)
    coverage.set(partition, { nextOffset: offset + 1, receivedAt })
  }
  return coverage
}
