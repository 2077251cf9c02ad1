// dashboard-server as a process of its own: serves the page, its REST answers and its Socket.io events.
import '@health/runtime/compile-cache'

const { runService } = await import('@health/runtime')
const { settings } = await import('./config.ts')
const { startDashboardServer } = await import('./service.ts')

await runService('dashboard-server', settings, startDashboardServer)
