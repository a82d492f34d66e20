import { type Activity, BotAdapter, type ResourceResponse, TurnContext } from 'botbuilder-core'

/** The smallest adapter that botbuilder allows: hears one activity, collects what is said. */
export class Collector extends BotAdapter {
  said: Partial<Activity>[] = []

  hear(activity: Partial<Activity>, bot: (context: TurnContext) => Promise<void>): Promise<void> {
    this.said = []
    return this.runMiddleware(new TurnContext(this, activity), bot)
  }

  async sendActivities(_context: TurnContext, activities: Partial<Activity>[]): Promise<ResourceResponse[]> {
    this.said.push(...activities)
    return activities.map(() => ({ id: '' }))
  }

  async updateActivity(): Promise<void> {}
  async deleteActivity(): Promise<void> {}
  async continueConversation(): Promise<void> {}
}

/** A message as a channel would hand it in. */
export function message(text: string): Partial<Activity> {
  return {
    type: 'message',
    id: 'a',
    channelId: 'test',
    serviceUrl: 'http://localhost',
    text,
    locale: 'en-US',
    from: { id: 'u', name: 'u' },
    recipient: { id: 'b', name: 'b' },
    conversation: { id: 'c', name: 'c', isGroup: false, conversationType: 'personal' },
  }
}
