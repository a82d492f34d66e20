/** Adds to one place of a list of sums. */
export function plus(sums: number[] | Float64Array, at: number, value: number): void {
  sums[at] = (sums[at] as number) + value
}
