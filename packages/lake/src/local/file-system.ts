// What the lake asks of a file system when it writes, step by step, so that a test can fail or end between any two.
import { chmod, link, mkdir, open, unlink } from 'node:fs/promises'

export interface FileSystem {
  /** Makes one folder, open to every reader (0755). Resolves to false where it exists already. */
  makeFolder(path: string): Promise<boolean>
  /** Makes a file that must not exist yet, readable by all (0644). */
  createFile(path: string): Promise<WritableFile>
  /** Gives the file another name, which must not exist yet (`EEXIST`). */
  link(path: string, newPath: string): Promise<void>
  unlink(path: string): Promise<void>
  /** Makes the names in a folder durable. */
  syncFolder(path: string): Promise<void>
}

export interface WritableFile {
  /** Appends all of the bytes. */
  write(bytes: Uint8Array): Promise<void>
  /** Makes the content durable. After a failure it never is: the file must be given up. */
  sync(): Promise<void>
  close(): Promise<void>
}

export const fileSystem: FileSystem = {
  async makeFolder(path) {
    try {
      await mkdir(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
    // The umask of the process must not hide the lake.
    await chmod(path, 0o755)
    return true
  },
  async createFile(path) {
    const file = await open(path, 'wx', 0o644)
    await file.chmod(0o644).catch(async (error: unknown) => {
      await file.close()
      throw error
    })
    return { write: (bytes) => file.writeFile(bytes), sync: () => file.sync(), close: () => file.close() }
  },
  link,
  unlink,
  async syncFolder(path) {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  },
}
