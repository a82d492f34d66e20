import { randomInt } from 'node:crypto'
import { configureGlobal } from 'fast-check'

/**
 * Every run draws the same cases, so that red means that somebody changed something.
 * `SEED=random npm test` looks further; fast-check names the seed of whatever it finds.
 */
const { SEED = '20261123' } = process.env
configureGlobal({ seed: SEED === 'random' ? randomInt(2 ** 31) : Number(SEED) })
