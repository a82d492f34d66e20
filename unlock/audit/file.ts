import {
  chmodSync,
  closeSync,
  fdatasync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'

/** A file of lines that only grows; a line is in it as a whole or not at all. */
export interface LineFile {
  /** How many bytes it has. */
  size(): number
  /** In the hands of the system when it returns, so that the end of this process loses nothing. Throws when it cannot. */
  append(text: string): void
  /** Asks for it to be on the disk, soon. */
  settle(): void
  /** What others have put behind the end that was known here; known from now on. Nothing when it has become shorter. */
  grown(): Buffer
  /** The last bytes, at most so many, from the beginning of a line on. */
  end(most: number): Buffer
  close(): void
}

/** Opens it, or makes it, readable by its owner only. */
export function openLines(path: string, onError: (error: unknown) => void): LineFile {
  const file = openSync(path, 'a+', 0o600)
  chmodSync(path, 0o600)
  let size = fstatSync(file).size
  let isSettling = false
  return {
    size: () => size,
    append(text) {
      const bytes = Buffer.from(text)
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
        size += bytes.length
      } catch (error) {
        // A disk that is full may have taken half of it.
        ftruncateSync(file, size)
        throw error
      }
    },
    settle() {
      if (isSettling) return
      isSettling = true
      fdatasync(file, (error) => {
        isSettling = false
        // A file that was closed meanwhile was synchronised by then.
        if (error && error.code !== 'EBADF') onError(error)
      })
    },
    grown() {
      const now = fstatSync(file).size
      if (now <= size) return Buffer.alloc(0)
      const bytes = readEnd(file, now, now - size)
      size = now
      return bytes
    },
    end(most) {
      const bytes = readEnd(file, size, most)
      return size > most ? bytes.subarray(bytes.indexOf(10) + 1) : bytes
    },
    close() {
      fsyncSync(file)
      closeSync(file)
    },
  }
}

function readEnd(file: number, size: number, most: number): Buffer {
  const bytes = Buffer.alloc(Math.min(size, most))
  for (let at = 0; at < bytes.length; ) {
    at += readSync(file, bytes, at, bytes.length - at, size - bytes.length + at)
  }
  return bytes
}
