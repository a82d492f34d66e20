import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCommandLine } from '../../content/index.ts'
import { takePictures } from './channelPictures.ts'
import { channelsPage } from './channelsPage.ts'

const usage = `npm run docs:channels [-- --pictures DIR]
Writes docs/channels.md from what a customer in each channel is really sent.
  --pictures DIR   instead: draws the cards of LINE and Teams there, in both languages, to be looked at`

const { values } = readCommandLine(usage, ['pictures'])
if (values.pictures) {
  for (const file of await takePictures(values.pictures)) console.log(file)
} else {
  writeFileSync(join(import.meta.dirname, '..', '..', 'docs', 'channels.md'), await channelsPage())
  console.log('docs/channels.md is written; read it through.')
}
