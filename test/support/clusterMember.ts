import { join } from '../../bot/cluster.ts'

// The least that can be one of several processes: nothing but ready. See test/bot/clusterMembers.test.ts.
if (process.env.MEMBER === 'ends') process.exit(78)
setInterval(() => {}, 1000)
join(() => process.exit(0))
