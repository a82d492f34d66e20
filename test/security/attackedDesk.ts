import { deskVisitor, firstAdmin, invited } from '../support/desk.ts'
import { runKaijo } from '../support/kaijo.ts'

/** The headers of a request. */
export type Headers = Record<string, string>

/** A desk with somebody of each role, and what somebody does there who means no good. */
export type AttackedDesk = Awaited<ReturnType<typeof attackedDesk>>

/** Starts a Kaijo with such a desk; end it by `kaijo.end()`. */
export async function attackedDesk() {
  const kaijo = await runKaijo({ TRUSTED_PROXIES: '127.0.0.1,::1' })
  const admin = await firstAdmin(kaijo)
  const supervisor = await invited(admin, { name: 'sup', role: 'supervisor' })
  const agent = await invited(admin, { name: 'agent', role: 'agent' })
  let lastAddress = 0
  /** Another machine: our proxy says so. */
  const from = (): Headers => {
    lastAddress += 1
    return { 'x-forwarded-for': `10.0.${lastAddress >> 8}.${lastAddress & 255}` }
  }
  const logOn = (name: string, secret: string, headers: Headers = from(), visitor = deskVisitor(kaijo.url)) =>
    visitor.ask('POST', '/desk/api/session', { name, password: secret }, headers)
  /** What a cookie without anything else opens. */
  const meWith = (headers: Headers, path = '/desk/api/me') =>
    fetch(`${kaijo.url}${path}`, { headers }).then(({ status }) => status)
  return { kaijo, admin, supervisor, agent, from, logOn, meWith }
}
