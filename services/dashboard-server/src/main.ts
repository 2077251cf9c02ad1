// dashboard-server as a process of its own: serves the page, its REST answers and its Socket.io events.
import { runService } from '@health/runtime'
import { settings } from './config.ts'
import { startDashboardServer } from './service.ts'

await runService('dashboard-server', settings, startDashboardServer)
