import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Tells the caller's address; X-Forwarded-For counts only as far as it was written by trusted proxies. */
export type Peers = (request: IncomingMessage) => string

/** `trusted`: addresses or CIDR ranges of our own proxies; empty (the default) believes no header. */
export function createPeers(trusted: readonly string[]): Peers {
  const proxies = new BlockList()
  for (const range of trusted) {
    const [address = '', bits] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) proxies.addAddress(address, family)
    else proxies.addSubnet(address, Number(bits), family)
  }
  const isProxy = (address: string) => proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return (request) => {
    let address = plain(request.socket.remoteAddress ?? '')
    const hops = String(request.headers['x-forwarded-for'] ?? '').split(',')
    while (isIP(address) !== 0 && isProxy(address)) {
      const hop = plain((hops.pop() ?? '').trim())
      if (isIP(hop) === 0) break
      address = hop
    }
    return address
  }
}

/** An IPv4 caller of a dual-stack socket is still an IPv4 caller. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
