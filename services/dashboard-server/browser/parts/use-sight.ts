// What of a long list is in sight, so that no more of it need be drawn.
import { useLayoutEffect, useState } from 'preact/hooks'

/** In px. */
export interface Sight {
  scrollTop: number
  height: number
  width: number
}

/** What part of a scrolling box is in sight, px. */
export function useSight(box: { current: HTMLElement | null }): Sight {
  const [sight, setSight] = useState<Sight>({ scrollTop: 0, height: 600, width: 800 })
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const look = () =>
      setSight({ scrollTop: element.scrollTop, height: element.clientHeight, width: element.clientWidth })
    const observer = new ResizeObserver(look)
    observer.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [box])
  return sight
}
