// Glucose and insulin in type 1 diabetes: a patient's metabolism, moved on minute by minute.
//
// The model is that of Kanderian, Weinzimer, Voskanyan and Steil 2009 (J Diabetes Sci Technol 3(5):1047, "Identification
// of intraday metabolic profiles during closed-loop glucose control"): Bergman's minimal model with insulin under the skin
// and meals in two compartments each. Added to it: renal loss above 162 mg/dL (Hovorka et al. 2004, Physiol Meas 25:905),
// uptake by working muscles that follows heart rate, with hours of higher sensitivity afterwards (the form of Breton 2008,
// J Diabetes Sci Technol 2(1):169; time constants of Dalla Man, Breton and Cobelli 2009, ibid. 3(1):56), and adrenaline.

/** What is particular to one body. */
export interface Body {
  /** Insulin clearance, mL/min. */
  insulinClearance: number
  /** From the skin to the blood in two steps, minutes each. */
  insulinAbsorption: readonly [number, number]
  /** How fast insulin begins and ceases to act (p₂), 1/min. */
  insulinActionRate: number
  /** How much insulin lowers glucose (S_I), mL/µU/min. */
  insulinSensitivity: number
  /** Glucose uptake without insulin (GEZI), 1/min. */
  glucoseEffectiveness: number
  /** Glucose that the liver makes, mg/dL/min. */
  glucoseProduction: number
  /** Distribution volume of glucose, dL. */
  glucoseVolume: number
  /** A meal's glucose appears fastest after so many minutes. */
  mealAbsorption: number
}

/** Where a body is now. */
export interface Metabolism {
  /** In the blood, mg/dL. */
  glucose: number
  /** Under the skin and in the blood, µU/mL. */
  insulinUnderSkin: number
  plasmaInsulin: number
  /** Its action on glucose, 1/min. */
  insulinEffect: number
  /** Carbohydrates on their way, grams. */
  stomach: number
  gut: number
  /** How hard the muscles work, as beats/min of heart rate above rest. */
  exertion: number
  /** What exertion leaves behind for hours: the share by which insulin acts better. */
  afterExercise: number
  /** Against low glucose, 0 to 1. */
  adrenaline: number
}

/** What acts on a body during a step. */
export interface Influences {
  /** From the pump, µU/min. */
  basalInsulin: number
  /** Heart rate above rest that the present exercise asks for, beats/min; 0 at rest. */
  exercise: number
  /** Factors of this hour and day, 1 on average. */
  glucoseProduction: number
  insulinSensitivity: number
}

const renalThreshold = 162
const renalClearance = 0.003
const exertionMinutes = 5
const afterExerciseMinutes = 600
// Chosen so that an hour at 60 beats/min above rest takes about 1.5 mg/dL/min away and leaves a quarter more sensitivity.
const uptakePerBeat = 0.0002
const sensitivityPerBeatHour = 0.004
// Adrenaline rises below 70 mg/dL and is full at 45: it can add a half to the liver's output (in type 1 diabetes
// glucagon no longer answers a low).
const adrenalineFrom = 70
const adrenalineFull = 45
const adrenalineMinutes = 8
const adrenalineProduction = 0.35

/** What one gram of carbohydrates adds to glucose, mg/dL. */
export const glucosePerGram = (body: Body): number => 1000 / body.glucoseVolume

/** The pump rate, µU/min, that holds `glucose` (mg/dL) at rest and fasting. */
export const basalFor = (body: Body, glucose: number): number =>
  (body.insulinClearance / body.insulinSensitivity) * (body.glucoseProduction / glucose - body.glucoseEffectiveness)

/** The dose, µU, whose whole effect near `glucose` (mg/dL) equals that of `grams` of carbohydrates. */
export const bolusFor = (body: Body, grams: number, glucose: number): number =>
  (grams * glucosePerGram(body) * body.insulinClearance) / (body.insulinSensitivity * glucose)

/** At rest at `glucose` (mg/dL) under the pump rate that belongs to `fasting` (mg/dL). */
export function restingMetabolism(body: Body, glucose: number, fasting: number): Metabolism {
  const insulin = basalFor(body, fasting) / body.insulinClearance
  return {
    glucose,
    insulinUnderSkin: insulin,
    plasmaInsulin: insulin,
    insulinEffect: insulin * body.insulinSensitivity,
    stomach: 0,
    gut: 0,
    exertion: 0,
    afterExercise: 0,
    adrenaline: 0,
  }
}

/** A bolus of `dose` µU. */
export function injectInsulin(m: Metabolism, body: Body, dose: number): void {
  m.insulinUnderSkin += dose / (body.insulinAbsorption[0] * body.insulinClearance)
}

/** A meal. */
export function eatMeal(m: Metabolism, grams: number): void {
  m.stomach += grams
}

/** Juice or glucose tablets: they hardly rest in the stomach. */
export function drinkSugar(m: Metabolism, grams: number): void {
  m.gut += grams
}

/** Moves `m` on by `minutes` (at most 2: the fastest time constant is 5). */
export function advanceMetabolism(m: Metabolism, body: Body, influences: Influences, minutes: number): void {
  const [fromSkin, toBlood] = body.insulinAbsorption
  const supply = influences.basalInsulin / body.insulinClearance
  const sensitivity = body.insulinSensitivity * influences.insulinSensitivity * (1 + m.afterExercise)
  const production = body.glucoseProduction * (influences.glucoseProduction + adrenalineProduction * m.adrenaline)
  const absorbed = m.gut / body.mealAbsorption
  const lost = renalClearance * Math.max(0, m.glucose - renalThreshold)
  const uptake = body.glucoseEffectiveness + m.insulinEffect + uptakePerBeat * m.exertion
  const alarm = (adrenalineFrom - m.glucose) / (adrenalineFrom - adrenalineFull)

  m.glucose += minutes * (production + absorbed * glucosePerGram(body) - lost - uptake * m.glucose)
  m.insulinEffect += minutes * body.insulinActionRate * (sensitivity * m.plasmaInsulin - m.insulinEffect)
  m.plasmaInsulin += (minutes / toBlood) * (m.insulinUnderSkin - m.plasmaInsulin)
  m.insulinUnderSkin += (minutes / fromSkin) * (supply - m.insulinUnderSkin)
  m.gut += minutes * (m.stomach / body.mealAbsorption - absorbed)
  m.stomach -= minutes * (m.stomach / body.mealAbsorption)
  m.afterExercise += minutes * ((sensitivityPerBeatHour / 60) * m.exertion - m.afterExercise / afterExerciseMinutes)
  m.exertion += (minutes / exertionMinutes) * (influences.exercise - m.exertion)
  m.adrenaline += (minutes / adrenalineMinutes) * (Math.min(1, Math.max(0, alarm)) - m.adrenaline)
}

/** Fills the gut, or raises the action of insulin, so that glucose changes by `rate` (mg/dL/min) at first. */
export function setRate(m: Metabolism, body: Body, rate: number): void {
  const lost = renalClearance * Math.max(0, m.glucose - renalThreshold)
  const missing = rate - (body.glucoseProduction - lost - (body.glucoseEffectiveness + m.insulinEffect) * m.glucose)
  if (missing > 0) {
    m.gut = (missing * body.mealAbsorption) / glucosePerGram(body)
    m.stomach = m.gut
  } else {
    m.insulinEffect -= missing / m.glucose
    m.plasmaInsulin = m.insulinEffect / body.insulinSensitivity
    m.insulinUnderSkin = m.plasmaInsulin
  }
}
