/** Where the long-lived credential of a conversation is kept: on this device, or in this tab for a PC that others use too. */
export const resumeKey = 'kaijo.resume'
