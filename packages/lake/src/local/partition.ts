// Where the lake keeps what: the names of its folders and files, and what lies there.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A published file. Its name holds all of this but where the lake is. */
export interface LakeFile {
  topic: string
  partition: number
  /** Offset of its first row. */
  firstOffset: number
  /** UTC date (`2026-11-24`) on which every record in it was received. */
  date: string
  path: string
}

/** What lies in a lake. */
export interface LakeListing {
  /** By topic and partition, oldest first. */
  files: LakeFile[]
  /** Paths of files that a writer left behind, or is writing just now. No reader takes them for data. */
  leftovers: string[]
  /** Paths of what is not the lake's. Hidden files do not count: readers skip them. */
  foreign: string[]
}

/** The UTC date of a time (epoch ms) as the lake's folders have it. */
export const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The folder of the rows. */
export const rawFolder = (lakeDir: string): string => join(lakeDir, 'raw')

/** The name of a date's folder. */
export const dateFolderName = (date: string): string => `date=${date}`

const dateFolderPath = (lakeDir: string, date: string): string => join(rawFolder(lakeDir), dateFolderName(date))

/** A file of the lake, published or not. */
export function lakeFile(lakeDir: string, file: Omit<LakeFile, 'path'>): LakeFile {
  return { ...file, path: join(dateFolderPath(lakeDir, file.date), `${stem(file)}.csv`) }
}

/** Where `file` is written before it is published: hidden, and no `*.csv`, so that no reader takes it for data. */
export function leftoverPath(lakeDir: string, file: LakeFile, writer: string): string {
  return join(dateFolderPath(lakeDir, file.date), `.${stem(file)}.${writer}.tmp`)
}

/** What a file's name says; `null` for a name that the lake does not give. */
export function parseFileName(name: string): Pick<LakeFile, 'topic' | 'partition' | 'firstOffset'> | null {
  return parseStem(publishedName.exec(name)?.[1])
}

/** The dates that have a folder, in ascending order, and the paths of what lies beside those and is not the lake's. */
export async function listDates(lakeDir: string): Promise<{ dates: string[]; foreign: string[] }> {
  const dates: string[] = []
  const foreign: string[] = []
  for (const name of await namesIn(rawFolder(lakeDir))) {
    const date = dateFolder.exec(name)?.[1]
    if (date !== undefined) dates.push(date)
    else if (!name.startsWith('.')) foreign.push(join(rawFolder(lakeDir), name))
  }
  return { dates, foreign }
}

/** Everything that lies in the lake; nothing where there is none. */
export async function listLake(lakeDir: string): Promise<LakeListing> {
  const { dates, foreign } = await listDates(lakeDir)
  const listing = await listFolders(lakeDir, dates)
  return { ...listing, foreign: [...listing.foreign, ...foreign] }
}

/** What lies in the folders of some dates. */
export async function listFolders(lakeDir: string, dates: Iterable<string>): Promise<LakeListing> {
  const listing: LakeListing = { files: [], leftovers: [], foreign: [] }
  for (const date of dates) {
    const day = await listDate(lakeDir, date)
    listing.files.push(...day.files)
    listing.leftovers.push(...day.leftovers)
    listing.foreign.push(...day.foreign)
  }
  listing.files.sort(byTopicPartitionOffset)
  return listing
}

/**
 * The newest file of a partition, and what writers of the partition have left behind since then. Looks at the newest
 * dates only: the last two that the partition has, since a log whose clock was set back at midnight goes back one.
 * `dates` are those of the lake, for who has just listed them.
 */
export async function lookUpPartition(
  lakeDir: string,
  topic: string,
  partition: number,
  dates?: readonly string[],
): Promise<{ newest: LakeFile | null; leftovers: string[] }> {
  const isOwn = (file: { topic: string; partition: number } | null) =>
    file?.topic === topic && file.partition === partition
  const files: LakeFile[] = []
  const leftovers: string[] = []
  let ownDates = 0
  for (const date of (dates ?? (await listDates(lakeDir)).dates).toReversed()) {
    const day = await listDate(lakeDir, date)
    const own = day.files.filter(isOwn)
    files.push(...own)
    leftovers.push(...day.leftovers.filter((path) => isOwn(parseStem(leftoverName.exec(path)?.[1]))))
    if (own.length > 0 && ++ownDates === 2) break
  }
  return { newest: files.sort(byTopicPartitionOffset).at(-1) ?? null, leftovers }
}

const dateFolder = /^date=(\d{4}-\d{2}-\d{2})$/
const publishedName = /^(.+)\.csv$/
const leftoverName = /(?:^|[\\/])\.([^\\/]+)\.[^./\\]+\.tmp$/
/** A topic may hold the characters around it; partition and offset have a fixed length. */
const stemPattern = /^([A-Za-z0-9._-]+)-(\d{3})-(\d{20})$/

const stem = ({ topic, partition, firstOffset }: Pick<LakeFile, 'topic' | 'partition' | 'firstOffset'>): string =>
  `${topic}-${String(partition).padStart(3, '0')}-${String(firstOffset).padStart(20, '0')}`

function parseStem(text: string | undefined): Pick<LakeFile, 'topic' | 'partition' | 'firstOffset'> | null {
  const match = stemPattern.exec(text ?? '')
  if (match === null) return null
  const [, topic = '', partition, firstOffset] = match
  return { topic, partition: Number(partition), firstOffset: Number(firstOffset) }
}

async function listDate(lakeDir: string, date: string): Promise<LakeListing> {
  const folder = dateFolderPath(lakeDir, date)
  const day: LakeListing = { files: [], leftovers: [], foreign: [] }
  for (const name of await namesIn(folder)) {
    const path = join(folder, name)
    const file = parseFileName(name)
    if (file !== null) day.files.push({ ...file, date, path })
    else if (parseStem(leftoverName.exec(name)?.[1]) !== null) day.leftovers.push(path)
    else if (!name.startsWith('.')) day.foreign.push(path)
  }
  return day
}

/** In ascending order; none where the folder is missing. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

const byTopicPartitionOffset = (a: LakeFile, b: LakeFile): number =>
  a.topic === b.topic ? a.partition - b.partition || a.firstOffset - b.firstOffset : a.topic < b.topic ? -1 : 1
