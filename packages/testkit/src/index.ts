export { foundBy } from './sim/bug-spec.ts';
export { type Bug, bugs, bugSpec, isBug } from './sim/bugs.ts';
export { type Violation } from './sim/check/index.ts';
export { type Faults, noFaults } from './sim/faults.ts';
export { idle, idleNaively, type IdleReport, type Idling } from './sim/idling.ts';
export { applied } from './sim/mutate.ts';
export { type RuleId, rules, seenAs, unseen } from './sim/rules.ts';
export { replayCommand, type RunOptions, type RunReport, runSimulation } from './sim/run.ts';
