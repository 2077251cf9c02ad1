// The alarm's sound: tones of the browser itself, so that nothing must be loaded; and whether it may be heard at all.
import { keepSetting, readText } from '../settings.ts'

/** `blocked`: it is wanted, but the browser lets no page be heard before somebody has touched it. */
export type SoundState = 'on' | 'off' | 'blocked'

/** What is heard: how often, in which order of two tones. The ear tells a low from a high. */
export interface Melody {
  pulses: number
  falls: boolean
}

export interface Sound {
  state(): SoundState
  /** 0 … 1. */
  volume(): number
  setOn(on: boolean): void
  setVolume(volume: number): void
  /** Nothing is heard where it is off or blocked. */
  play(melody: Melody): void
  /** Calls `tell` whenever its state or volume has changed. */
  subscribe(tell: () => void): () => void
}

const tones = { high: 988, low: 659 }
const pulseSeconds = 0.16
const pauseSeconds = 0.09

export function createSound(): Sound {
  let isOn = readText('sound') !== 'off'
  let volume = Number(readText('volume') ?? 0.8)
  const told = new Set<() => void>()
  const tell = () => {
    for (const one of told) one()
  }
  const context = new AudioContext()
  context.addEventListener('statechange', tell)
  const state = (): SoundState => (!isOn ? 'off' : context.state === 'running' ? 'on' : 'blocked')
  // Browsers start it within a touch or a key only; a phone that was locked may have stopped it again.
  for (const gesture of ['pointerdown', 'keydown'] as const) {
    addEventListener(gesture, () => void (context.state !== 'running' && context.resume()), { capture: true })
  }
  return {
    state,
    volume: () => volume,
    setOn(on) {
      isOn = on
      keepSetting('sound', on ? 'on' : 'off')
      tell()
    },
    setVolume(to) {
      volume = to
      keepSetting('volume', String(to))
      tell()
    },
    play({ pulses, falls }) {
      if (state() !== 'on') return
      for (let pulse = 0; pulse < pulses; pulse++) {
        const isFirstHalf = pulse < pulses / 2
        const begin = context.currentTime + pulse * (pulseSeconds + pauseSeconds)
        playTone(context, isFirstHalf === falls ? tones.high : tones.low, volume, begin)
      }
    },
    subscribe(one) {
      told.add(one)
      return () => told.delete(one)
    },
  }
}

function playTone(context: AudioContext, hertz: number, volume: number, begin: number): void {
  const tone = new OscillatorNode(context, { frequency: hertz, type: 'triangle' })
  const gain = new GainNode(context, { gain: 0 })
  const end = begin + pulseSeconds
  // A step would click.
  gain.gain.setValueAtTime(0, begin)
  gain.gain.linearRampToValueAtTime(volume, begin + 0.02)
  gain.gain.setValueAtTime(volume, end - 0.03)
  gain.gain.linearRampToValueAtTime(0, end)
  tone.connect(gain).connect(context.destination)
  tone.start(begin)
  tone.stop(end)
}
