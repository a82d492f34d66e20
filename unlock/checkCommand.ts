import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { parse } from 'yaml'
import { findOmissions } from './contractRules.ts'

// Part of `npm run check`: the contract is OpenAPI 3.1, and says what OpenAPI leaves to good manners.
const file = 'unlock/openapi.yaml'
const contract = parse(readFileSync(new URL('./openapi.yaml', import.meta.url), 'utf8'))
const validator = new Validator()
const { valid, errors } = await validator.validate(structuredClone(contract))
const broken = valid ? [] : [`It is no OpenAPI: ${JSON.stringify(errors)}`]
if (valid && validator.version !== '3.1') broken.push(`It is OpenAPI ${validator.version}; it must be 3.1`)
const findings = [...broken, ...(valid ? findOmissions(contract) : [])]

for (const finding of findings) console.error(`${file}  ${finding}`)
if (findings.length > 0) process.exitCode = 1
else console.log(`${file}: OpenAPI ${validator.version}, nothing to mend`)
