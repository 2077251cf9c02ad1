// The names of everything the views hold, in one place. A patient's id holds no `:` and no `|`, so both can separate.

/** Hash of the partition's position, open slot, and counters. Every step of the speed layer is guarded by it. */
export const partitionKey = (partition: number): string => `partition:${partition}`
/** Hash of patient → state of its latest values (JSON). */
export const patientsKey = (partition: number): string => `patients:${partition}`
/** List of a patient's readings of two minutes, as they came: an item holds those of one commit. */
export const readingsKey = (partition: number, patientId: string, block: number): string =>
  `readings:${partition}:${patientId}:${block}`
/** Hash of a patient's minutes of the last day: `m<n>`, the minute since 1970, → its spread. */
export const minutesKey = (partition: number, patientId: string): string => `recent:${partition}:${patientId}`
/** List of what extends the set of identities seen of one patient's sensor. */
export const seenKey = (partition: number, patientId: string, sensorId: string): string =>
  `seen:${partition}:${patientId}:${sensorId}`
/** Hash of a patient's day sums: the batch view's and the speed layer's parts. `*` stands for all patients. */
export const daysKey = (patientId: string): string => `days:${patientId}`
/** List of the partition's cleared alerts, oldest first. Those that are open are a part of their patients' states. */
export const clearedAlertsKey = (partition: number): string => `cleared:${partition}`
/** Hash of the batch layer: the published version, its watermark, the last run. */
export const batchKey = 'batch'
/** Hash of what the published version was computed from, in the batch layer's own words. */
export const basisKey = 'basis'
/** Hash of the merge lines that runs have drawn and not published: version → a mark that tells the run its own. */
export const linesKey = 'lines'
/** Hash of what the views were built for, see origin.ts. */
export const metaKey = 'meta'

/** All patients together, where a patient's id is asked for. No patient can have this id. */
export const allPatients = '*'

/** The part of a day that the speed layer has added in one slot of one partition. */
export const slotField = (partition: number, slot: number, date: string): string => `s|${partition}|${slot}|${date}`
/** The part of a day that a version of the batch view holds. */
export const versionField = (version: number, date: string): string => `b|${version}|${date}`
