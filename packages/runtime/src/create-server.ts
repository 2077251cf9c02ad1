// Node's HTTP server, got in the way that loads no more: what imports `node:http` as an ES module reads each of its exports,
// and one of them is a getter that loads Node's fetch and WebSocket with their parser. Without, a service starts some 10 ms
// sooner.

export const { createServer } = process.getBuiltinModule('node:http')
