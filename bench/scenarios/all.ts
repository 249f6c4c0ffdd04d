import { feedScenarios } from './feed.ts'
import { writeScenarios } from './likes.ts'
import type { Scenario } from './scenario.ts'

export const scenarios: Scenario[] = [...feedScenarios, ...writeScenarios]
