/** A contract, as YAML reads it; it has been found to be OpenAPI 3.1 before. */
export interface Contract {
  paths: Record<string, Record<string, Operation>>
  webhooks: Record<string, Record<string, Operation>>
  components: Record<string, Record<string, unknown>>
}

interface Operation {
  operationId?: string
  summary?: string
  security?: unknown[]
  responses: Record<string, unknown>
}

/** What OpenAPI allows and this contract must not have: each a sentence that says where, what and how to mend it. */
export function findOmissions(contract: Contract): string[] {
  const { paths, webhooks } = contract
  return [
    ...findSilent({ ...paths, ...webhooks }),
    ...findUnanswered(paths),
    ...findUnused(contract),
    ...findLoose(contract),
  ]
}

function operations(paths: Contract['paths']): [where: string, operation: Operation][] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  )
}

/** Operations that nobody can name or understand. */
function findSilent(paths: Contract['paths']): string[] {
  const ids = new Map<string, string>()
  return operations(paths).flatMap(([where, { operationId = '', summary }]) => {
    const before = ids.get(operationId)
    ids.set(operationId, where)
    return [
      ...(operationId ? [] : [`${where} has no operationId; give it one`]),
      ...(operationId && before ? [`${where} has the operationId of ${before}; give it its own`] : []),
      ...(summary ? [] : [`${where} has no summary; say in a line what it does`]),
    ]
  })
}

/** Calls with a credential can always be refused, be too many, or meet a bank that is broken or away. */
function findUnanswered(paths: Contract['paths']): string[] {
  return operations(paths).flatMap(([where, { security, responses }]) => {
    const due = security?.length === 0 ? ['500', '503'] : ['401', '429', '500', '503']
    return due
      .filter((status) => !(status in responses))
      .map((status) => `${where} has no ${status} among its responses; say what is answered then`)
  })
}

function findUnused(contract: Contract): string[] {
  const text = JSON.stringify(contract)
  return Object.entries(contract.components).flatMap(([kind, all]) =>
    Object.keys(all)
      .filter((name) => kind !== 'securitySchemes' && !text.includes(`"#/components/${kind}/${name}"`))
      .map((name) => `components.${kind}.${name} is used by nobody; take it out`),
  )
}

/** Objects that let anything in say nothing about what they let in. */
function findLoose(contract: Contract): string[] {
  return Object.entries(contract.components.schemas ?? {}).flatMap(([name, schema]) => {
    const { type, additionalProperties } = schema as { type?: string; additionalProperties?: boolean }
    return type === 'object' && additionalProperties !== false
      ? [`components.schemas.${name} allows any property; set additionalProperties: false`]
      : []
  })
}
