/** Waits until it holds; the test's own time-out ends a wait in vain. */
export async function until(holds: () => boolean | undefined | Promise<boolean | undefined>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}
