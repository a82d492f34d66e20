import { readFileSync } from 'node:fs'

/**
 * Loaded before a process of ours: its wall clock is off by as many milliseconds as the file that `CLOCK_FILE` names says,
 * looked at twenty times a second. What counts time without a wall clock goes on as it does in a machine whose clock is set.
 */
const file = process.env.CLOCK_FILE as string
const Real = Date
let off = 0
const look = () => {
  off = Number(readFileSync(file, 'utf8')) || 0
}
look()
setInterval(look, 50).unref()

class Shifted extends Real {
  constructor(...of: [] | [number | string]) {
    super(...((of.length === 0 ? [Real.now() + off] : of) as [number]))
  }

  static override now(): number {
    return Real.now() + off
  }
}

globalThis.Date = Shifted as DateConstructor
