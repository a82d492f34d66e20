/** Whether an event of the keyboard belongs to an input method that is still putting letters together. */
export function isComposing(event: KeyboardEvent): boolean {
  // Safari says 229 for the Enter that ends a composition, after it has ended.
  return event.isComposing || event.keyCode === 229
}

/** Whether a key is meant as a command of the page: no modifier, and nobody is typing. */
export function isCommand(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isComposing(event)) return false
  const at = event.target
  if (at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement) return false
  return !(at instanceof HTMLInputElement) || at.type === 'radio' || at.type === 'checkbox'
}
