// What a message may hold, in any of the accepted forms: the schema that has the last word on structure.
import { z } from 'zod'
import { mgdlPerMmol } from '../clinical/rules.ts'
import { idPattern } from './reading.ts'
import { wireTime } from './time.ts'

/** An id on the wire. */
export const wireId = z.string().regex(idPattern, 'must be 1–64 of A-Z a-z 0-9 . _ -, starting with a letter or digit')
const value = z.number('must be a finite number')

const fields = {
  patient_id: wireId.nullish(),
  sensor_id: wireId.nullish(),
  measured_at: wireTime.nullish(),
  glucose_mgdl: value.nullish(),
  heart_rate_bpm: value.nullish(),
  temperature_c: value.nullish(),
  // The original Python sensor's names.
  timestamp: wireTime.nullish(),
  glucose_level: value.nullish(),
  heart_rate: value.nullish(),
  temperature: value.nullish(),
  // Glucose with its unit beside it.
  glucose: value.nullish(),
  glucose_unit: z.enum(['mg/dL', 'mmol/L'], 'must be mg/dL or mmol/L').nullish(),
}

/** The names of the fields that say something; others are nobody's business here. */
export const messageFields = Object.keys(fields)

/** A message with a time and a signal. Whom it is about may stand outside it. */
export const message = z.object(fields, 'must be a JSON object').superRefine((m, context) => {
  const need = (path: string, isMet: boolean, text: string) => {
    if (!isMet) context.addIssue({ code: 'custom', path: path ? [path] : [], message: text })
  }
  need('measured_at', (m.measured_at ?? m.timestamp) != null, 'is missing')
  need('glucose_unit', m.glucose == null || m.glucose_unit != null, 'is missing beside glucose')
  need('glucose_unit', !contradictsUnit(m), 'mmol/L goes with glucose, not with a value in mg/dL')
  need('glucose', Number.isFinite(glucoseInMgdl(m) ?? 0), 'must be a finite number')
  need('', hasSignal(m), 'needs at least one of glucose_mgdl, heart_rate_bpm, temperature_c')
})

export type Message = z.infer<typeof message>

const hasSignal = (m: Message): boolean =>
  (m.glucose_mgdl ??
    m.glucose_level ??
    m.glucose ??
    m.heart_rate_bpm ??
    m.heart_rate ??
    m.temperature_c ??
    m.temperature) != null

/** 25 mmol/L taken for 25 mg/dL would read as a grave low. */
const contradictsUnit = (m: Message): boolean =>
  m.glucose_unit === 'mmol/L' && m.glucose == null && (m.glucose_mgdl ?? m.glucose_level) != null

/** mmol/L become whole mg/dL, as clinical limits are set: 10.0 → 180. */
export function glucoseInMgdl({ glucose, glucose_unit }: Pick<Message, 'glucose' | 'glucose_unit'>): number | null {
  if (glucose == null) return null
  return glucose_unit === 'mmol/L' ? Math.round(glucose * mgdlPerMmol) : glucose
}
