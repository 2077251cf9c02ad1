// The invariants of ARCHITECTURE.md on who may import whom, held to the tree.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const isSource = (path: string) => /\.tsx?$/.test(path) && !path.includes('node_modules')
const files = ['packages', 'services', 'scripts'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter(isSource),
)
/** A file → the module names it imports. */
const imports = new Map(files.map((file) => [file, importsOf(readFileSync(join(root, file), 'utf8'))]))

function importsOf(text: string): string[] {
  const found = text.matchAll(/^(?:import|export)\b[^'"]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)
  return Array.from(found, ([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '')
}

const isTestFile = (file: string) => /\.(?:test|fixture)\.tsx?$|\/(?:testing|contract)\//.test(file)
const localImports = (file: string): string[] =>
  (imports.get(file) ?? []).filter((name) => name.startsWith('.')).map((name) => join(dirname(file), name))

test('no file imports itself through others', () => {
  const done = new Set<string>()
  const circles: string[] = []
  function visit(file: string, path: readonly string[]): void {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file) || path.includes(file)) return
    for (const next of localImports(file)) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
})

const mayImport: Record<string, readonly string[]> = {
  domain: [],
  runtime: [],
  api: ['domain'],
  log: ['runtime'],
  views: ['domain', 'runtime'],
  lake: ['domain', 'runtime'],
}

test.each(Object.entries(mayImport))('packages/%s imports none but its own layers', (name, allowed) => {
  const strange = files
    .filter((file) => file.startsWith(`packages/${name}/`) && !isTestFile(file))
    .flatMap((file) => (imports.get(file) ?? []).map((imported) => ({ file, imported })))
    .filter(({ imported }) => imported.startsWith('@health/'))
    .filter(({ imported }) => !allowed.includes(imported.split('/')[1] ?? ''))
  expect(strange).toEqual([])
})

test('a service imports no other service', () => {
  const services = new Set(readdirSync(join(root, 'services')))
  const strange = files
    .filter((file) => file.startsWith('services/') && !isTestFile(file))
    .flatMap((file) => (imports.get(file) ?? []).map((imported) => ({ file, imported })))
    .filter(({ imported }) => services.has(imported.split('/')[1] ?? '') && imported.startsWith('@health/'))
  expect(strange).toEqual([])
})

const drivers: Record<string, string> = {
  kafkajs: 'packages/log/src/kafka',
  ioredis: 'packages/views/src/store/redis',
  'csv-stringify': 'packages/lake/src',
}

test.each(Object.entries(drivers))('%s is imported by its adapter alone', (driver, adapter) => {
  const strange = files.filter(
    (file) =>
      !isTestFile(file) &&
      relative(adapter, file).startsWith('..') &&
      (imports.get(file) ?? []).some((name) => name === driver || name.startsWith(`${driver}/`)),
  )
  expect(strange).toEqual([])
})
