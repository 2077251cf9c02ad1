// ARCHITECTURE.md's map is the tree as it is.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
const map = text.slice(text.indexOf('## Map of the code'))

/** Every file that the map names, with the folder whose line it stands under. */
function namedFiles(): string[] {
  const paths: string[] = []
  let top = ''
  let folder = ''
  for (const line of map.split('\n')) {
    const heading = /^( *)((?:\.?[\w-]+\/)+)(?=\s|$)/.exec(line)
    if (heading?.[1] === '') folder = top = heading[2] ?? ''
    else if (heading) folder = top + heading[2]
    for (const [name] of line.matchAll(/[\w./-]+\.(?:ts|lua)\b/g)) paths.push(join(folder, name))
  }
  return paths
}

test('every file of the map is where the map says', () => {
  const paths = namedFiles()
  expect(paths.length).toBeGreaterThan(50)
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test.each(['packages', 'services'])('no folder of %s is left out', (folder) => {
  const missing = readdirSync(join(root, folder)).filter((name) => !map.includes(`${name}/src/`))
  expect(missing).toEqual([])
})
