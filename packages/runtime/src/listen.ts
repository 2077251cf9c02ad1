// Listening: a server that cannot have its port says which setting to change.
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { ConfigError } from './config.ts'

export interface ListenOptions {
  /** 0 takes any that is free. */
  port: number
  host: string
  /** The setting that the port came from. */
  variable: string
}

/** Listens and resolves to the port taken. Rejects with a `ConfigError` where port or host cannot be had. */
export async function listen(server: Server, options: ListenOptions): Promise<number> {
  server.listen(options.port, options.host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, options)
  }
  return (server.address() as AddressInfo).port
}

function explain(error: NodeJS.ErrnoException, { port, host, variable }: ListenOptions): Error {
  const message = {
    EADDRINUSE: `Port ${port} on ${host} is in use. Stop the program that uses it, or set ${variable} to another port (0 takes any that is free).`,
    EACCES: `Port ${port} on ${host} is not permitted to this user. Set ${variable} to a port from 1024 on.`,
    EADDRNOTAVAIL: `${host} is no address of this machine. Set HOST to one that is (127.0.0.1: this machine only, 0.0.0.0: all).`,
    ENOTFOUND: `${host} is no address of this machine. Set HOST to one that is (127.0.0.1: this machine only, 0.0.0.0: all).`,
  }[error.code ?? '']
  return message === undefined ? error : new ConfigError(message, { cause: error })
}
