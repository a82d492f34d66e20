import { getCACertificates, setDefaultCACertificates } from 'node:tls'

/** From now on every caller in this process believes an authority (PEM) too, besides those that it believed before. */
export function trust(authority: string): void {
  setDefaultCACertificates([...new Set([...getCACertificates('default'), authority])])
}
