import { expect, test } from 'vitest'
import { bundlePage } from './page.ts'

const page = await bundlePage()
const file = (ending: string) => {
  const found = [...page.files].find(([path]) => path.endsWith(ending))
  if (found === undefined) throw new Error(`no ${ending} file`)
  return { path: found[0], ...found[1], text: Buffer.from(found[1].body).toString() }
}

test('the page names its script and its style by their content', () => {
  for (const { path, text } of [file('.js'), file('.css')]) {
    expect(path).toMatch(/^\/assets\/\w+-[A-Z0-9]{8}\.(js|css)$/)
    expect(page.html).toContain(`"${path}"`)
    expect(text.length).toBeGreaterThan(1000)
  }
})

test('the markup holds under a strict Content-Security-Policy', () => {
  expect(page.html).not.toMatch(/<script(?![^>]*\bsrc=)/)
  expect(page.html).not.toMatch(/<style|\bstyle=|\bon\w+=/)
})

test('the page names no other host', () => {
  const addresses = `${page.html}${file('.css').text}`.match(/(https?:)?\/\/[\w.]+/g) ?? []
  expect(addresses.filter((address) => !address.includes('www.w3.org'))).toEqual([])
})

test('the first load is below 300 kB, compressed', () => {
  const bytes = [...page.files.values()].reduce((sum, { gzip }) => sum + gzip.length, page.html.length)
  expect(bytes).toBeLessThan(300_000)
})

test('the schema library stays on the server', () => {
  expect(file('.js').text).not.toContain('ZodError')
})
