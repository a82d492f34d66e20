import type { Certified, Name } from '../../../unlock/sandbox/certificateWriter.ts'
import type { PeerRefusal } from '../../../unlock/sandbox/peer.ts'
import { demo } from '../practice.ts'

const day = 24 * 60 * 60 * 1000
/** The name that the right certificate of the tests' contract bears. */
export const right = `${demo.contract}1635`

/** How a certificate differs from one that would be good. */
export interface Odd extends Partial<Omit<Certified, 'publicKey'>> {
  /** Who signs instead of the bank: itself, or another authority that may call itself as the bank's does. */
  signer?: 'self' | 'other' | 'namesake'
  /** What the bank's register says; by default it has the certificate for the contract of the tests. */
  registered?: { contract?: string; isRevoked?: boolean } | 'no'
}

/** Each: what it is like, why it is refused, and how it is made. */
export const cases: [string, PeerRefusal, Odd][] = [
  ['that is self-signed with the right name', 'foreign', { signer: 'self' }],
  ['of another authority', 'foreign', { signer: 'other' }],
  ["of another authority with our authority's name", 'foreign', { signer: 'namesake' }],
  ['that may itself sign', 'foreign', { use: 'authority' }],
  ['for servers only', 'purpose', { use: 'server', hosts: ['localhost'] }],
  ['that has expired', 'expired', { from: new Date(Date.now() - 9 * day), to: new Date(Date.now() - day) }],
  [
    'that is not valid yet',
    'early',
    { from: new Date(Date.now() + day), to: new Date(Date.now() + 9 * day) },
  ],
  ['that is revoked', 'revoked', { registered: { isRevoked: true } }],
  ['that the bank has not registered', 'unknown', { registered: 'no' }],
  ['that is registered for another contract', 'unknown', { registered: { contract: '0005678901' } }],
  ...(
    [
      [
        'two equal names',
        [
          ['CN', right],
          ['CN', right],
        ],
      ],
      [
        'the right name and another',
        [
          ['CN', right],
          ['CN', 'other'],
        ],
      ],
      [
        'another name and the right one',
        [
          ['CN', 'other'],
          ['CN', right],
        ],
      ],
      [
        'an organisation that looks like the right name',
        [
          ['O', `x, CN=${right}`],
          ['CN', 'other'],
        ],
      ],
      ['an organisation that looks like the right name, and no name', [['O', `x, CN=${right}`]]],
      ['an organisation with a line of its own', [['O', `x\nCN=${right}`]]],
      ['no name', [['O', right]]],
      ['a space before', [['CN', ` ${right}`]]],
      ['a space behind', [['CN', `${right} `]]],
      ['a line break behind', [['CN', `${right}\n`]]],
      ['a space within', [['CN', '0001234567 1635']]],
      ['full-width digits', [['CN', '０００１２３４５６７１６３５']]],
      ['Arabic digits', [['CN', '٠٠٠١٢٣٤٥٦٧1635']]],
      ['a zero byte', [['CN', `${right}\0.example`]]],
      ['the code alone', [['CN', '1635']]],
      ['another code', [['CN', '00012345671636']]],
      ['17 digits before the code', [['CN', '000000000012345671635']]],
      ['a sign', [['CN', `+${right}`]]],
      ['a letter', [['CN', '000123456x1635']]],
    ] as [string, Name][]
  ).map(([name, subject]): [string, PeerRefusal, Odd] => [`with ${name}`, 'name', { subject }]),
  ['with the code twice', 'unknown', { subject: [['CN', '16351635']] }],
  ['with the right number but fewer zeros', 'unknown', { subject: [['CN', '12345671635']] }],
]
