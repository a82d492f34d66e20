/** Something that an approved text asks for before it can be sent. */
export interface DraftField {
  name: string
  /** In the agent's language; it stands in the draft in double braces until it is filled in. */
  label: string
}

/** The text with its places named in the agent's language. */
export function withBlanks(text: string, ask: readonly DraftField[]): string {
  return text.replace(/\{\{ *ask\.([A-Za-z]+) *\}\}/g, (whole, name: string) => {
    const label = ask.find((one) => one.name === name)?.label
    return label === undefined ? whole : `{{${label}}}`
  })
}

/** The labels of the places in a draft that are still open, in order, each once. */
export function blanksIn(text: string): string[] {
  const found = [...text.matchAll(/\{\{([^{}]+)\}\}/g)].map(([, label = '']) => label)
  return [...new Set(found)]
}

/** The draft with a value wherever this place stands. */
export function fillBlank(text: string, label: string, value: string): string {
  return text.replaceAll(`{{${label}}}`, () => value)
}
