// What this browser remembers of the alarm, where it may: a private window may refuse.

const prefix = 'health-alarm-'

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(prefix + name)
  } catch {
    return null
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, value)
  } catch {
    // Then it holds until the page is closed.
  }
}
