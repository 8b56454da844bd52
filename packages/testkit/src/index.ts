export { type Bug, bugs } from './sim/bugs.ts';
export { type Faults, noFaults } from './sim/faults.ts';
export { type Violation } from './sim/invariants.ts';
export {
  type Coverage,
  replayCommand,
  type RunOptions,
  type RunReport,
  runSimulation,
} from './sim/run.ts';
