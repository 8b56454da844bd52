export { type EndedProgram, type Program, runProgram } from './run.ts';
