// The health check of a container: exits 0 when the service in it is at work, else says what it waits for.
const port = process.env['METRICS_PORT'] || '9464'

const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch((error: unknown) => error)
if (answer instanceof Response && answer.ok) process.exit(0)
console.error(answer instanceof Response ? await answer.text() : `No answer on port ${port}: ${answer}`)
process.exit(1)
