import { request } from 'node:http'
import { connect } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { expect } from 'chai'
import { type Practice, practise } from '../practice.ts'

describe('the doors of the sandbox', () => {
  let practice: Practice
  before(async () => {
    practice = await practise()
  })
  after(() => practice.end())

  const faces = () => [practice.publicUrl, practice.logonUrl]

  /** One request without TLS. */
  function plainly(url: string, method = 'GET', path = '/'): Promise<{ status: number; location?: string }> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url)
      const sent = request({ hostname, port, method, path }, (answer) => {
        answer.resume()
        const { statusCode: status = 0, headers } = answer
        answer.on('end', () =>
          resolve({ status, ...(headers.location !== undefined && { location: headers.location }) }),
        )
      })
      sent.on('error', reject).end()
    })
  }

  it('lead who types http:// to https://, and nowhere else', async () => {
    for (const url of faces()) {
      expect(await plainly(url, 'GET', '/bank?lang=en')).to.deep.equal({
        status: 307,
        location: `${url}/bank?lang=en`,
      })
      for (const path of ['//evil.example/x', 'http://evil.example/x', '/\\evil.example', '/@evil.example']) {
        const { location = '' } = await plainly(url, 'HEAD', path)
        expect(new URL(location).origin, path).to.equal(url)
      }
    }
  })

  it('take nothing that is sent without TLS', async () => {
    for (const url of faces()) expect(await plainly(url, 'POST', '/reset')).to.deep.equal({ status: 403 })
    const request = await practice.request()
    expect((await plainly(practice.publicUrl, 'POST', `/requests/${request.id}`)).status).to.equal(403)
    expect(await practice.state(request.id)).to.equal('created')
  })

  it('stay open after bytes that are neither', async () => {
    for (const url of faces()) {
      const { hostname, port } = new URL(url)
      for (const bytes of [
        Buffer.from([0x16, 0x03, 0x01, 0xff, 0xff, 0x00]),
        Buffer.from('\0\0\0\0\r\n\r\n'),
      ]) {
        await new Promise<void>((resolve) => {
          const socket = connect(Number(port), hostname, () => socket.end(bytes))
          socket.on('error', () => undefined)
          socket.on('close', () => resolve())
          socket.resume()
        })
      }
      expect((await fetch(`${url}/sandbox.css`)).status).to.equal(200)
    }
  })

  for (const length of [9_000, 20_000, 60_000]) {
    it(`answer headers of ${length} bytes before they hang up`, async () => {
      for (const url of faces()) {
        const { hostname: host, port } = new URL(url)
        const answer = await new Promise<string>((resolve, reject) => {
          const socket = connectSecurely({ host, port: Number(port), ca: practice.authority }, () =>
            socket.write(`GET / HTTP/1.1\r\nHost: bank\r\nX-Long: ${'x'.repeat(length)}\r\n\r\n`),
          )
          let heard = ''
          socket.on('data', (chunk) => {
            heard += chunk
          })
          socket.on('error', reject)
          socket.on('end', () => resolve(heard))
        })
        expect(answer).to.match(/^HTTP\/1.1 431 /)
      }
    })
  }

  it('let nobody in who does not know the authority', async () => {
    let error: unknown
    await practice.fetch(practice.url).then((answer) => answer.body?.cancel())
    await practise().then(async (other) => {
      await practice.fetch(other.url).catch((caught) => {
        error = caught
      })
      await other.end()
    })
    expect(String((error as Error | undefined)?.cause)).to.match(/certificate|self-signed|verify/i)
  })
})
