import { createHash, randomBytes } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/** What the identity provider is to say of somebody, right or wrong. */
export interface Grant {
  claims?: JWTPayload
  /** Signs with a key that it has not published. */
  isForged?: boolean
  /** Sends no signature at all. */
  isUnsigned?: boolean
  /** Whether the verifier is checked, as it must be; the test sees what came. */
  challenge: string
}

/** An OpenID Connect provider on this machine, with really signed tokens. */
export interface Issuer {
  url: string
  clientId: string
  clientSecret: string
  /** A code that is good for one token. */
  grant(grant: Grant): string
  /** What the token endpoint has refused. */
  refused: string[]
  close(): Promise<void>
}

export async function startIssuer(): Promise<Issuer> {
  const keys = await generateKeyPair('RS256')
  const others = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  const [clientId, clientSecret] = ['kaijo-desk', randomBytes(16).toString('hex')]
  const codes = new Map<string, Grant>()
  const refused: string[] = []
  const json = (response: ServerResponse, body: object, status = 200) => {
    // restify replaces `writeHead` of every server in the process by one that gives nothing back.
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }

  async function token(form: URLSearchParams, authorization: string | undefined): Promise<object | string> {
    const grant = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    // RFC 6749, 2.3.1: both halves are form-encoded before they are joined.
    const given = Buffer.from(authorization?.slice(6) ?? '', 'base64').toString()
    if (decodeURIComponent(given) !== `${clientId}:${clientSecret}`) return 'client'
    const verifier = form.get('code_verifier') ?? ''
    if (!grant) return 'code'
    if (createHash('sha256').update(verifier).digest('base64url') !== grant.challenge) return 'verifier'
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: url, aud: clientId, iat: now, exp: now + 300, sub: 'u1', ...grant.claims }
    const signer = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' })
    const signed = await signer.sign(grant.isForged ? others.privateKey : keys.privateKey)
    const bare = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${signed.split('.')[1]}.`
    return { access_token: 'a', token_type: 'Bearer', id_token: grant.isUnsigned ? bare : signed }
  }

  const server = createServer((request, response) => {
    if (request.url === '/.well-known/openid-configuration')
      return json(response, {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      })
    if (request.url === '/jwks') return json(response, { keys: [jwk] })
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', async () => {
      const answer = await token(new URLSearchParams(body), request.headers.authorization)
      if (typeof answer !== 'string') return json(response, answer)
      refused.push(answer)
      json(response, { error: 'invalid_grant' }, 400)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    clientId,
    clientSecret,
    refused,
    grant(grant) {
      const code = randomBytes(16).toString('hex')
      codes.set(code, grant)
      return code
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
