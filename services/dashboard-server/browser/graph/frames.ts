// The graph's own clock: one call a frame while the page is seen, one a second for those who asked for less motion.

const reducedMotion = '(prefers-reduced-motion: reduce)'

/** Calls `draw` once a frame, never while the tab is hidden; once a second under reduced motion. Ends with the answer. */
export function onEveryFrame(draw: () => void): () => void {
  const reduced = matchMedia(reducedMotion)
  let frame = 0
  let timer = 0
  const next = () => {
    if (reduced.matches) timer = window.setTimeout(ask, 1000)
    else ask()
  }
  const ask = () => {
    frame = requestAnimationFrame(step)
  }
  const step = () => {
    draw()
    next()
  }
  ask()
  return () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
}
