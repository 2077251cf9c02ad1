// Hostile input on every ingress: a hundred thousand messages that a broken or malicious device may send, good ones among
// them. Every one is answered or dead-lettered and counted, and the system goes on.
// HOSTILE_SEED=<n> does a run again.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { LiveReading, PatientRow, PipelineRow } from '@health/api'
import { idPattern } from '@health/domain'
import { deadLetterTopic } from '@health/log'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runScript } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'
import {
  compareAcknowledged,
  compareDays,
  compareDeadLetters,
  compareLake,
  compareStored,
  compareViews,
  daysByRest,
  judge,
} from './compare.ts'
import { createFaultSystem, type FaultSystem, serviceNames } from './fault-system.ts'
import { type Observer, observe, post } from './faults.fixture.ts'
import { brokenHttp, brokenMqtt, brokenPayload, describe as inWords, sendBytes } from './hostile/broken-bytes.ts'
import { count, type StormFigures } from './hostile/figures.ts'
import { stormHttp } from './hostile/http.ts'
import { connectKafka, stormKafka } from './hostile/kafka.ts'
import { type MemoryWatch, watchMemory } from './hostile/memory.ts'
import { createHostileMessages, type HostileMessage } from './hostile/messages.ts'
import { stormMqtt } from './hostile/mqtt.ts'
import { foreignKeys, foreignPaths, type Standing, standingOf, visit } from './hostile/steadiness.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createRandom, type Random } from './random.ts'
import { readWholeLog, type WholeLog } from './read-log.ts'
import { createReadings } from './readings.ts'
import { withReplay } from './replay.ts'

const inputs = { httpRequests: 22_000, mqttMessages: 16_000, kafkaRecords: 32_000, brokenConnections: 600 }
const fewestInputs = 100_000
/** More than a service may grow, in MB: what it may hold at a time, and what Node's heap keeps for the next time. */
const growth = 400
const shown = 5

const seed = Number(process.env['HOSTILE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const patients = Array.from({ length: 20 }, (_, i) => `p${i}`)

describe(`hostile input, seed ${seed}`, () => {
  const random = createRandom(seed)
  let system: FaultSystem
  let observer: Observer
  let ledger: Ledger
  let whole: WholeLog
  let found: { before: Standing; after: Standing; memory: ReturnType<MemoryWatch['figures']>; inputs: number }
  beforeAll(async () => {
    system = await createFaultSystem()
    ledger = createLedger(join(system.folder, 'acknowledged.base64'))
    await system.startAll()
    await system.allReady()
    observer = await observe(system)
    found = await storm()
    whole = await readWholeLog(observer.log, system.topic)
  })
  afterAll(async () => {
    await ledger?.close()
    await observer?.close()
    await system?.close()
  })

  /** Sends everything, and fails at the first input that is not answered as it must be. */
  async function storm(): Promise<typeof found> {
    const kafka = connectKafka(system.env['KAFKA_BROKERS'] ?? '')
    const before = await standingOf(system, kafka)
    const memory = watchMemory(system)
    const visitor = visit(system)
    const common = () => ({ next: createSource(random.fork()), random: random.fork(), ledger, patients })
    const storms = {
      HTTP: stormHttp({ ...common(), ingest: system.ingest, requests: inputs.httpRequests }),
      MQTT: stormMqtt({ ...common(), port: system.mqttPort, messages: inputs.mqttMessages }),
      Kafka: stormKafka({ ...common(), ...system, kafka, records: inputs.kafkaRecords }),
      'broken connections': breakProtocols(inputs.brokenConnections, random.fork()),
    }
    const begun = Date.now()
    const figures = await Promise.all(
      Object.entries(storms).map(async ([name, storm]) => ({ name, ...(await storm), ms: Date.now() - begun })),
    )
    await observer.viewsCaughtUp()
    await observer.lakeCaughtUp()
    memory.stop()
    const lines = figures.map(({ name, inputs, outcomes, ms }) => {
      const answers = [...outcomes].map(([outcome, n]) => `${outcome} ${n}`).join(', ')
      return `${name}: ${inputs} inputs in ${Math.round(ms / 1000)} s: ${answers}`
    })
    console.log(lines.join('\n'), `\nMeanwhile every service was asked ${await visitor.leave()} times.`)
    return {
      before,
      after: await standingOf(system, kafka),
      memory: memory.figures(),
      inputs: figures.reduce((sum, { inputs }) => sum + inputs, 0),
    }
  }

  /** Hostile messages, and readings of known patients of every kind that a real day brings. */
  function createSource(source: Random): () => HostileMessage {
    const hostile = createHostileMessages(patients, source.fork(), Date.now)
    const readings = createReadings(patients, source.fork(), Date.now)
    return () => {
      const known = source.chance(0.35) ? readings.next() : null
      return known?.isReading ? { ...known, kind: 'known' } : hostile()
    }
  }

  async function breakProtocols(connections: number, source: Random): Promise<StormFigures> {
    const figures: StormFigures = { inputs: 0, outcomes: new Map() }
    const ingestPort = Number(system.env['INGEST_PORT'])
    let left = connections
    const client = async () => {
      for (; left > 0; figures.inputs++) {
        left--
        const isHttp = source.chance(0.5)
        const bytes = isHttp ? brokenHttp('/readings', source) : brokenMqtt(source)
        const answer = (await sendBytes(isHttp ? ingestPort : system.mqttPort, bytes)).toString('latin1')
        const status = isHttp ? (/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'cut') : 'MQTT connection ended'
        assert.match(status, /^4|cut|ended/, `${inWords(bytes)} was answered ${answer}`)
        count(figures.outcomes, status)
        ledger.unknown(brokenPayload)
      }
    }
    await Promise.all(Array.from({ length: 8 }, client))
    return figures
  }

  test('is answered, all of it, while every service stays up, a member of its group, and small', () => {
    console.table(found.memory)
    expect(found.inputs).toBeGreaterThanOrEqual(fewestInputs)
    expect(found.after).toEqual(found.before)
    for (const name of serviceNames) {
      const { before, peak } = found.memory[name]
      expect(system.services[name].ownExits(), name).toBe(0)
      expect(peak - before, `MB that ${name} has grown`).toBeLessThan(growth)
    }
  })

  test('what was acknowledged is in the log and nothing else, and every record is in the lake once, to the byte', async () => {
    expect(compareAcknowledged(ledger, whole).slice(0, shown)).toEqual([])
    expect(compareStored(ledger, whole).slice(0, shown)).toEqual([])
    expect(await compareLake(system.lakeDir, whole)).toEqual({ lost: [], duplicated: [], changed: [] })
  })

  test('every record is counted as valid, as a duplicate or as dropped, and what is dropped is a dead letter', async () => {
    const letters = await readWholeLog(observer.log, deadLetterTopic(system.topic))
    const verdicts = whole.flat().map(judge)
    const dropped: Record<string, number> = {}
    for (const reason of verdicts.flatMap((verdict) => verdict.dropped)) dropped[reason] = (dropped[reason] ?? 0) + 1
    console.log(`${verdicts.length} records, ${letters.flat().length} dead letters`, dropped)
    expect(compareDeadLetters(whole, letters).slice(0, shown)).toEqual([])
    expect(letters.flat()).toHaveLength(verdicts.filter(({ dropped }) => dropped.length > 0).length)
    await until(async () => {
      const { log, speed_layer, csv_archiver, problems } = await get<PipelineRow>('/api/pipeline')
      assert.deepEqual(problems, [])
      assert.equal(log.records, verdicts.length)
      assert.equal(csv_archiver.records, verdicts.length)
      assert.equal(speed_layer.records, verdicts.length)
      assert.equal(speed_layer.valid + speed_layer.duplicates, verdicts.filter(({ kind }) => kind === 'valid').length)
      assert.deepEqual(speed_layer.dropped, dropped)
    })
  })

  test('the views are those of a replay, hold no key of another kind, and no path was made outside the lake', async () => {
    const differences = await withReplay(whole, (replayed) => compareViews(observer.views, replayed, system.partitions))
    expect(differences.slice(0, shown)).toEqual([])
    expect(await foreignKeys(system)).toEqual([])
    expect(foreignPaths(system)).toEqual([])
  })

  test('the dashboard lists the patients who have a valid reading and nobody else, and answers for each', async () => {
    const listed = (await get<PatientRow[]>('/api/patients')).map(({ patient_id }) => patient_id).sort()
    const expected = new Set(
      whole.flat().flatMap((record) => {
        const verdict = judge(record)
        return verdict.kind === 'valid' ? [verdict.reading.patientId] : []
      }),
    )
    expect(listed).toEqual([...expected].sort())
    expect(listed.filter((id) => !idPattern.test(id))).toEqual([])
    for (const id of listed) {
      expect(Array.isArray(await get(`/api/patients/${id}/live?seconds=86400`)), id).toBe(true)
    }
    expect(Array.isArray(await get('/api/alerts'))).toBe(true)
  })

  test('afterwards a reading is visible as ever, and a batch run over that lake makes every day exact', async () => {
    const reading = { patient_id: 'afterwards', measured_at: new Date().toISOString(), glucose_mgdl: 100 }
    assert.equal(await post(system.ingest, JSON.stringify(reading)), 202)
    await until(async () => {
      const [live] = await get<LiveReading[]>('/api/patients/afterwards/live?seconds=600')
      assert.equal(live?.measured_at, reading.measured_at)
    })
    const run = await runScript('batch.ts', ['--json'], system.env)
    expect(run, run.stderr).toMatchObject({ code: 0 })
    whole = await readWholeLog(observer.log, system.topic)
    const days = await compareDays(daysByRest(system.dashboard), whole, 'compared')
    console.log(`${days.compared} days are exact`)
    expect(days.differences.slice(0, shown)).toEqual([])
  })

  async function get<T>(path: string): Promise<T> {
    const answer = await fetch(system.dashboard + path)
    assert.equal(answer.status, 200, path)
    return (await answer.json()) as T
  }
})
