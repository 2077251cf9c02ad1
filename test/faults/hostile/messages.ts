// Hostile messages: whatever a broken or malicious device may send in the place of a reading, each decided by the seed.
import type { Random } from '../random.ts'
import { badIds, notes, oddIds } from './texts.ts'

export interface HostileMessage {
  /** What is odd about it. */
  kind: string
  bytes: Buffer
  /** Whether it has the structure of a reading all the same, by contract.md and not by the parser under test. */
  isReading: boolean
}

/** A field's name, and its value as it stands in the JSON text. */
type Field = readonly [name: string, json: string]
type Built = readonly [content: string | Buffer, isReading: boolean]
type Build = (reading: Fields, random: Random) => Built

interface Fields {
  patient: Field
  time: Field
  glucose: Field
}

const maxReadingBytes = 64 * 1024

const json = (value: unknown): string => JSON.stringify(value)
const objectOf = (...fields: readonly Field[]): string =>
  `{${fields.map(([name, value]) => `${json(name)}:${value}`).join()}}`
const plain = ({ patient, time, glucose }: Fields, ...more: readonly Field[]): string =>
  objectOf(patient, time, glucose, ...more)
const withTime = (fields: Fields, time: unknown): string => plain({ ...fields, time: ['measured_at', json(time)] })
const withGlucose = (fields: Fields, text: string): string => plain({ ...fields, glucose: ['glucose_mgdl', text] })
const withPatient = (fields: Fields, id: string): string => plain({ ...fields, patient: ['patient_id', id] })
const nested = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth)

/** The reading with a field of filler that brings it to so many bytes. */
function paddedTo(fields: Fields, bytes: number): string {
  const missing = bytes - Buffer.byteLength(plain(fields, ['filler', '""']))
  return plain(fields, ['filler', json('x'.repeat(missing))])
}

const frequent: Record<string, Build> = {
  empty: () => ['', false],
  blank: () => [' ', false],
  'no object': (_, random) => [random.pick(['null', 'true', '5', '"text"', '[]', '[[1]]', '{}', '{"a":{}}']), false],
  'no JSON': (fields, random) => [
    random.pick([
      '{',
      '}',
      ']',
      '"',
      `{${plain(fields)}`,
      `${plain(fields)}}`,
      plain(fields).replaceAll('"', "'"),
      plain(fields).replace('}', ',}'),
      plain(fields).replace('{', '{/* */'),
      plain(fields).replace(':', '='),
      `${plain(fields)} trailing`,
      'patient_id,glucose\np1,100',
      '<reading patient="p1"/>',
    ]),
    false,
  ],
  truncated: (fields, random) => [plain(fields).slice(0, random.integer(1, plain(fields).length - 1)), false],
  'no number of JSON': (fields, random) => [
    withGlucose(fields, random.pick(['NaN', 'Infinity', '-Infinity', '+5', '.5', '5.', '0x64', '0100', '1_0', '1e'])),
    false,
  ],
  'beyond numbers': (fields, random) => [withGlucose(fields, random.pick(['1e999', '-1e999', '9'.repeat(400)])), false],
  'odd number': (fields, random) => [
    withGlucose(fields, random.pick(['-0', '0', '-5', '1e-999', '1e2', '1E+2', `100.${'0'.repeat(999)}`, '1e300'])),
    true,
  ],
  'wrong type of value': (fields, random) => [
    withGlucose(fields, random.pick(['"5"', '""', 'true', '[]', '{}', '[100]', '{"valueOf":100}'])),
    false,
  ],
  'no signal': ({ patient, time }, random) => [objectOf(patient, time, ['glucose_mgdl', random.pick(['null'])]), false],
  'missing or wrong unit': ({ patient, time }, random) => [
    objectOf(
      patient,
      time,
      ...random.pick<readonly Field[]>([
        [['glucose', '6.1']],
        [
          ['glucose', '6.1'],
          ['glucose_unit', '"mmol"'],
        ],
        [
          ['glucose', '6.1'],
          ['glucose_unit', '5'],
        ],
        [
          ['glucose', '1e308'],
          ['glucose_unit', '"mmol/L"'],
        ],
        [
          ['glucose_mgdl', '6.1'],
          ['glucose_unit', '"mmol/L"'],
        ],
      ]),
    ),
    false,
  ],
  'bad id': (fields, random) => [withPatient(fields, json(random.pick(badIds))), false],
  'bad sensor id': (fields, random) => [plain(fields, ['sensor_id', json(random.pick(badIds))]), false],
  'odd id': (fields, random) => [withPatient(fields, json(random.pick(oddIds))), true],
  'id of a wrong type': (fields, random) => [
    withPatient(fields, random.pick(['5', '[]', '{}', 'true', '["p"]'])),
    false,
  ],
  'nobody’s': ({ time, glucose }) => [objectOf(time, glucose), false],
  'prototype beside it': (fields, random) => [
    plain(fields, [random.pick(['__proto__', 'constructor', 'toString']), random.pick(['{"glucose_mgdl":1}', 'null'])]),
    true,
  ],
  'reading in a prototype': (fields) => [objectOf(['__proto__', plain(fields)]), false],
  'field twice': (fields, random) => [
    random.pick([
      plain(fields, fields.patient),
      plain(fields, ['glucose_mgdl', '50']),
      plain(fields).replace('}', ',"patient\\u005fid":"p0"}'),
      plain(fields).replace('}', ',"\\u006deasured_at":0}'),
    ]),
    false,
  ],
  'unknown field twice': (fields) => [plain(fields, ['x', '1'], ['x', '2']), true],
  'invalid UTF-8': (fields, random) => [
    Buffer.concat([
      Buffer.from(plain(fields).slice(0, -1)),
      Buffer.from(',"note":"'),
      random.pick(
        [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]].map((b) => Buffer.from(b)),
      ),
      Buffer.from('"}'),
    ]),
    false,
  ],
  'random bytes': (_, random) => [
    // The first is none that any JSON text begins with.
    Buffer.from([0x80, ...Array.from({ length: random.integer(0, 60) }, () => random.integer(0, 255))]),
    false,
  ],
  'byte order mark': (fields) => [`\ufeff${plain(fields)}`, false],
  'UTF-16': (fields) => [Buffer.from(plain(fields), 'utf16le'), false],
  'raw control character': (fields, random) => [
    plain(fields).replace('}', `,"note":"${random.pick(['\u0000', '\u0008', '\t', '\u001b[2J'])}"}`),
    false,
  ],
  'a text': (fields, random) => [plain(fields, ['note', json(random.pick(notes))]), true],
  'a name that is a text': (fields, random) => [plain(fields, [random.pick(notes), 'null']), true],
  'impossible time': (fields, random) => [
    withTime(
      fields,
      random.pick([
        '2026-02-30T00:00:00Z',
        '2026-02-29T00:00:00.000Z',
        '2026-13-01T00:00:00Z',
        '2026-01-01T25:00:00Z',
        '2026-01-01T00:61:00Z',
        '0000-01-01T00:00:00Z',
        '+012026-01-01T00:00:00Z',
        '2026-01-01T00:00:00',
        '2026-01-01',
        'yesterday',
        '',
        -1e13,
        1e18,
        [2026],
        { $date: 0 },
        true,
      ]),
    ),
    false,
  ],
  'time beyond numbers': ({ patient, glucose }) => [objectOf(patient, ['measured_at', '1e999'], glucose), false],
  'odd time': (fields, random) => [
    withTime(
      fields,
      random.pick([0, -1, 1e11 - 1, '9999-12-31T23:59:59.999Z', '1900-01-01T00:00:00Z', '2026-01-01T00:00:00+14:00']),
    ),
    true,
  ],
  'nine years late': (fields, random) => [
    withTime(fields, new Date(Date.UTC(2016, 1, random.integer(1, 29))).toISOString()),
    true,
  ],
  'blanks around': (fields) => [` \t${plain(fields)}\t  `, true],
  'on many lines': (fields) => [plain(fields).replaceAll(',', ',\n'), true],
}

/** Long ones, so that there are fewer. */
const rare: Record<string, Build> = {
  'as long as may be': (fields) => [paddedTo(fields, maxReadingBytes), true],
  'a byte too long': (fields) => [paddedTo(fields, maxReadingBytes + 1), false],
  'far too long': (fields, random) => [paddedTo(fields, random.integer(100_000, 200_000)), false],
  'deep inside': (fields, random) => [
    plain(fields, ['deep', random.pick([nested('[', ']', 30_000), nested('{"":', '}', 10_000).replace('}', '1}')])]),
    true,
  ],
  'deep alone': (_, random) => [
    random.pick([nested('[', ']', 30_000), '['.repeat(60_000), '{"a":'.repeat(12_000)]),
    false,
  ],
  'too deep to be short': (_, random) => [random.pick([nested('[', ']', 100_000), '['.repeat(100_000)]), false],
  'many fields': (fields) => [plain(fields, ...Array.from({ length: 5000 }, (_, i): Field => [`f${i}`, '1'])), true],
  'many escapes': (fields) => [plain(fields, ['note', `"${'\\u0041\\\\'.repeat(5000)}"`]), true],
}

const rareChance = 0.012

/** A source of hostile messages about `patients`, at the times that `now` tells (epoch ms). */
export function createHostileMessages(
  patients: readonly string[],
  random: Random,
  now: () => number,
): () => HostileMessage {
  const [often, seldom] = [frequent, rare].map((kinds) => Object.entries(kinds))
  return () => {
    const [kind, build] = random.pick((random.chance(rareChance) ? seldom : often) ?? [])
    const fields: Fields = {
      patient: ['patient_id', json(random.pick(patients))],
      time: ['measured_at', json(new Date(now() - random.integer(0, 600_000)).toISOString())],
      glucose: ['glucose_mgdl', String(random.integer(400, 3000) / 10)],
    }
    const [content, isReading] = build(fields, random)
    return { kind, bytes: Buffer.from(content as string), isReading }
  }
}
