import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { aFolder, aRecord, noon, rowsOf, someRecords } from '../lake.fixture.ts'
import { type ArchivedRecord, lakeHeader } from '../rows/row.ts'
import { beginLakeFile } from './append.ts'
import { lakeCoverage } from './coverage.ts'
import { LakeFileDamaged, readLastRow } from './read-file.ts'

const topic = 'health_stream'

async function published(records: ArchivedRecord[]) {
  const lakeDir = await aFolder()
  const file = await beginLakeFile({ lakeDir, topic, partition: 0, first: records[0] ?? aRecord() })
  await file.append(records)
  await file.publish()
  return { lakeDir, file, text: await readFile(file.path, 'utf8') }
}

test('a file is read back record by record', async () => {
  const records = [aRecord(), aRecord({ offset: 1, value: Buffer.from('"a",\n') }), aRecord({ offset: 5, value: null })]
  const { file } = await published(records)
  const rows = await rowsOf(file)
  expect(rows.map(({ offset, bytes }) => [offset, Buffer.from(bytes).toString()])).toEqual([
    [0, Buffer.from(records[0]?.value ?? []).toString()],
    [1, '"a",\n'],
    [5, ''],
  ])
  expect(rows[0]).toMatchObject({ partition: 0, receivedAt: noon, patientId: 'p001', sensorId: null, heartRateBpm: 72 })
})

test('the last row is found behind any length of raw', async () => {
  const long = (offset: number) => aRecord({ offset, value: Buffer.alloc(300_000, '"') })
  const { file } = await published([aRecord(), long(1), long(2)])
  expect(await readLastRow(file)).toMatchObject({ offset: 2, receivedAt: noon + 2 })
})

test('a file cut off anywhere inside a row is damaged, and never taken for whole', async () => {
  const { lakeDir, file, text } = await published(someRecords(0, 3))
  for (let length = 0; length < text.length; length++) {
    await writeFile(file.path, text.slice(0, length))
    const wholeRows = length > lakeHeader.length && text[length - 1] === '\n'
    if (wholeRows) continue
    await expect(lakeCoverage(lakeDir, topic)).rejects.toThrow(LakeFileDamaged)
    await expect(rowsOf(file)).rejects.toThrow(LakeFileDamaged)
  }
})

const row = (offset: number, receivedAt = '2026-11-24T12:00:00.000Z', partition = 0) =>
  `${partition},${offset},${receivedAt},p001,,,,,,x\n`

test.each([
  ['of another partition', lakeHeader + row(0, undefined, 1)],
  ['of another date', lakeHeader + row(0, '2026-11-25T00:00:00.000Z')],
  ['before the file’s first offset', lakeHeader + row(-1)],
  ['with too few columns', `${lakeHeader}0,0,2026-11-24T12:00:00.000Z\n`],
  ['with a broken time', lakeHeader + row(0, '2026-11-24')],
  ['with an open quote', `${lakeHeader}0,0,2026-11-24T12:00:00.000Z,p001,,,,,,"x\n`],
  ['of zero bytes, as a failing disk leaves them', '\0'.repeat(500)],
  ['of somebody else’s table', 'time,value\n1,2\n'],
])('a last row %s is not the archiver’s', async (_, text) => {
  const { lakeDir, file } = await published([aRecord()])
  await writeFile(file.path, text)
  await expect(lakeCoverage(lakeDir, topic)).rejects.toThrow(file.path)
  await expect(rowsOf(file)).rejects.toThrow(LakeFileDamaged)
})

test.each([
  ['a row twice', row(0) + row(0)],
  ['a stray quote', `${row(0).replace('p001', 'p"001')}${row(1)}`],
  ['a line break in a cell', `${row(0).replace('x', '"x\n"')}${row(1)}`],
  ['other columns', `${row(0)}`],
])('reading a file through tells %s', async (what, rows) => {
  const { file } = await published([aRecord()])
  await writeFile(file.path, (what === 'other columns' ? 'a,b\n' : lakeHeader) + rows)
  await expect(rowsOf(file)).rejects.toThrow(LakeFileDamaged)
})
