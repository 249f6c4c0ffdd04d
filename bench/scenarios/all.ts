import { feedScenarios } from './feed.ts'
import { loginScenarios } from './logins.ts'
import { mediaScenarios } from './media.ts'
import { playerScenarios } from './player.ts'
import { readingScenarios } from './reading.ts'
import type { Scenario } from './scenario.ts'
import { writeScenarios } from './writes.ts'

export const scenarios: Scenario[] = [
  ...feedScenarios,
  ...playerScenarios,
  ...readingScenarios,
  ...writeScenarios,
  ...loginScenarios,
  ...mediaScenarios,
]
