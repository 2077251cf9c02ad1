import { request } from 'node:http'
import { expect, test } from 'vitest'
import { startTestDashboard } from './dashboard.fixture.ts'

/** `fetch` sets headers of its own. */
const askAs = (port: number, path: string, headers: Record<string, string>) =>
  new Promise<number | undefined>((resolve, reject) => {
    request({ port, path, headers, host: '127.0.0.1' }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })

test('everything is answered under a strict Content-Security-Policy', async () => {
  const { get } = await startTestDashboard()
  for (const path of ['/', '/api/patients', '/nothing']) {
    const policy = (await get(path)).headers.get('content-security-policy')
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("connect-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
  }
})

test('the page is asked for afresh, what it is made of only once', async () => {
  const { get, port } = await startTestDashboard()
  const page = await get('/')
  expect(page.headers.get('cache-control')).toBe('no-cache')
  const [asset = ''] = /\/assets\/[^"]+\.js/.exec(await page.text()) ?? []
  const packed = await get(asset)
  expect(packed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(packed.headers.get('content-encoding')).toBe('gzip')
  const plain = await get(asset, { headers: { 'accept-encoding': 'identity' } })
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(await plain.text()).toBe(await packed.text())
  const etag = packed.headers.get('etag') ?? ''
  expect(await askAs(port, asset, { 'if-none-match': etag })).toBe(304)
})

test('health and metrics are answered on the same port', async () => {
  const { get } = await startTestDashboard()
  expect((await get('/healthz')).status).toBe(200)
  expect((await get('/readyz')).status).toBe(200)
  expect(await (await get('/metrics')).text()).toContain('dashboard_browsers{service="dashboard-server"} 0')
})

test.each([
  [200, { host: 'localhost:3000' }],
  [200, { host: '[::1]:3000' }],
  [200, { host: 'LOCALHOST', origin: 'http://localhost' }],
  [403, { host: 'rebound.example' }],
  [403, { host: 'evil@localhost' }],
  [403, { host: 'localhost:3000', origin: 'http://rebound.example' }],
  [403, { host: 'localhost:3000', origin: 'http://localhost:8080' }],
  [403, { host: 'localhost:3000', origin: 'null' }],
])('%i for %o', async (status, headers) => {
  const { port } = await startTestDashboard()
  expect(await askAs(port, '/', headers)).toBe(status)
  expect(await askAs(port, '/api/pipeline', headers)).toBe(status)
  expect(await askAs(port, '/healthz', headers)).toBe(status)
})

test('names beyond this machine are allowed by ALLOWED_HOSTS', async () => {
  const { port } = await startTestDashboard({ ALLOWED_HOSTS: 'Ward-3.example' })
  expect(await askAs(port, '/', { host: 'ward-3.example:3000' })).toBe(200)
  expect(await askAs(port, '/', { host: 'localhost:3000' })).toBe(403)
})
