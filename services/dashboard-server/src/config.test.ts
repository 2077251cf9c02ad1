import { readConfig } from '@health/runtime'
import { expect, test } from 'vitest'
import { settings } from './config.ts'

test('ALLOWED_HOSTS takes names and addresses in any case', () => {
  const hosts = 'localhost,Ward-3.example,192.168.1.20,[::1],my_host'
  expect(readConfig(settings, { ALLOWED_HOSTS: hosts }).ALLOWED_HOSTS).toEqual(hosts.split(','))
})

test.each([
  ['a scheme', 'http://health.example.org'],
  ['a port', 'health.example.org:3000'],
  ['a path', 'health.example.org/page'],
  ['an address of IPv6 without brackets', '::1'],
  ['a wildcard', '*'],
])('ALLOWED_HOSTS with %s stops the start and says what is allowed', (_what, host) => {
  expect(() => readConfig(settings, { ALLOWED_HOSTS: `localhost,${host}` })).toThrow(
    `ALLOWED_HOSTS is "localhost,${host}", but must be host names or addresses without scheme, port or path`,
  )
})
