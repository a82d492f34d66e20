import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'

/** The contract, and checks of what goes over the wire against it. */
export const contract = parse(readFileSync(new URL('../../unlock/openapi.yaml', import.meta.url), 'utf8'))

const isDateTime = (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)
const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  formats: { uri: (text) => URL.canParse(text), 'uri-reference': true, 'date-time': isDateTime },
})
ajv.addSchema(contract, 'contract')

/** Throws when a value is not what the contract has at a place, e.g. `/components/schemas/Request`. */
export function conforms(pointer: string, value: unknown): void {
  if (ajv.validate({ $ref: `contract#${pointer}` }, value)) return
  throw new Error(`${JSON.stringify(value)} breaks ${pointer}: ${ajv.errorsText()}`)
}

/** Throws when the contract has no such answer to an operation, or the answer looks otherwise there. */
export function conformsAnswer(
  method: string,
  path: string,
  answer: { status: number; headers: Headers; body: unknown },
): void {
  const at = `/paths/${pointed(path)}/${method.toLowerCase()}/responses/${answer.status}`
  const [type = ''] = (answer.headers.get('content-type') ?? '').split(';')
  const found = resolve(at)
  const { schema } = found.value.content?.[type] ?? {}
  if (!schema) throw new Error(`The contract has no ${answer.status} ${type} at ${method} ${path}`)
  for (const name of Object.keys(found.value.headers ?? {})) {
    const header = resolve(`${found.pointer}/headers/${pointed(name)}`).value
    const value = answer.headers.get(name)
    if (value === null || !ajv.validate(header.schema, value)) throw new Error(`${name} is ${value} at ${at}`)
  }
  conforms(`${found.pointer}/content/${pointed(type)}/schema`, answer.body)
}

/** Throws when a request is none that the contract allows. */
export function conformsRequest(method: string, path: string, body: unknown): void {
  conforms(
    `/paths/${pointed(path)}/${method.toLowerCase()}/requestBody/content/application~1json/schema`,
    body,
  )
}

function resolve(pointer: string) {
  let value = contract
  for (const part of pointer.split('/').slice(1)) {
    value = value?.[part.replaceAll('~1', '/').replaceAll('~0', '~')]
    if (value === undefined) throw new Error(`The contract has nothing at ${pointer}`)
    if (typeof value.$ref === 'string') {
      pointer = value.$ref.slice(1)
      value = resolve(pointer).value
    }
  }
  return { value, pointer }
}

function pointed(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1')
}
