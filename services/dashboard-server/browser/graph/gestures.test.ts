import { describe, expect, test } from 'vitest'
import { axisWidth } from './chart-options.ts'
import { followGestures, type Gestures } from './gestures.ts'

/** A graph whose time is 100 px wide, as far as gestures look at an element. */
class GraphElement extends EventTarget {
  tabIndex = -1
  ownerDocument: { activeElement: unknown } = { activeElement: null }
  getBoundingClientRect = () => ({ left: 0, width: axisWidth + 100 })
  setPointerCapture = () => {}
}

function aGraph(isZoomed = false) {
  const element = new GraphElement()
  const told: unknown[][] = []
  const gestures: Gestures = {
    isZoomed: () => isZoomed,
    zoom: (at, factor) => told.push(['zoom', at, factor > 1 ? 'out' : 'in']),
    pan: (part) => told.push(['pan', Math.sign(part)]),
    mark: (part) => part !== null && told.push(['mark', part.from, part.to]),
    select: ({ from, to }) => told.push(['select', from, to]),
    reset: () => told.push(['reset']),
  }
  const asElement = element as unknown as HTMLElement
  const stop = followGestures(asElement, asElement, () => gestures)
  /** Whether the browser does with it what it always does. */
  const happens = (type: string, about: object): boolean =>
    element.dispatchEvent(Object.assign(new Event(type, { cancelable: true }), about))
  const pointer = (type: string, percent: number, pointerId = 1) =>
    happens(`pointer${type}`, { pointerId, button: 0, clientX: axisWidth + percent })
  return { element, told, stop, happens, pointer }
}

describe('keys', () => {
  test('reach the graph, and zoom, move and reset it', () => {
    const { element, told, happens } = aGraph()
    expect(element.tabIndex).toBe(0)
    for (const key of ['+', '-', 'ArrowLeft', 'ArrowRight', 'Escape']) expect(happens('keydown', { key })).toBe(false)
    expect(told).toEqual([['zoom', 0.5, 'in'], ['zoom', 0.5, 'out'], ['pan', -1], ['pan', 1], ['reset']])
  })

  test('that are the browser’s own stay so', () => {
    const { told, happens } = aGraph()
    expect(happens('keydown', { key: '+', ctrlKey: true })).toBe(true)
    expect(happens('keydown', { key: 'Tab' })).toBe(true)
    expect(told).toEqual([])
  })
})

describe('the wheel', () => {
  const turn = { deltaY: -100, deltaMode: 0, DOM_DELTA_PIXEL: 0, clientX: axisWidth + 25 }

  test('scrolls the page for those who only pass over the graph', () => {
    const { told, happens } = aGraph()
    expect(happens('wheel', turn)).toBe(true)
    expect(told).toEqual([])
  })

  test('zooms with Ctrl, and once one is on the graph', () => {
    const { element, told, happens } = aGraph()
    expect(happens('wheel', { ...turn, ctrlKey: true })).toBe(false)
    element.ownerDocument.activeElement = element
    expect(happens('wheel', turn)).toBe(false)
    expect(told).toEqual([
      ['zoom', 0.25, 'in'],
      ['zoom', 0.25, 'in'],
    ])
  })

  test('scrolls on once all is shown', () => {
    const back = { ...turn, deltaY: 100, ctrlKey: true }
    expect(aGraph(false).happens('wheel', back)).toBe(true)
    expect(aGraph(true).happens('wheel', back)).toBe(false)
  })
})

describe('mouse and fingers', () => {
  test('a drag marks a part and shows it', () => {
    const { told, pointer } = aGraph()
    pointer('down', 20)
    pointer('move', 70)
    pointer('up', 80)
    pointer('move', 90)
    expect(told).toEqual([
      ['mark', 0.2, 0.7],
      ['select', 0.2, 0.8],
    ])
  })

  test('a click is no drag, and what the browser takes away selects nothing', () => {
    const { told, pointer } = aGraph()
    pointer('down', 20)
    pointer('up', 22)
    pointer('down', 20)
    pointer('cancel', 60)
    expect(told).toEqual([])
  })

  test('two fingers zoom at the middle between them, and the one that stays selects nothing', () => {
    const { told, pointer } = aGraph()
    pointer('down', 30, 1)
    pointer('down', 60, 2)
    pointer('move', 90, 2)
    pointer('up', 90, 2)
    pointer('move', 80, 1)
    pointer('up', 80, 1)
    expect(told).toEqual([['zoom', 0.6, 'in']])
  })

  test('nothing is heard any more once it has ended', () => {
    const { told, pointer, happens, stop } = aGraph()
    stop()
    pointer('down', 20)
    pointer('up', 80)
    happens('keydown', { key: '+' })
    expect(told).toEqual([])
  })
})
