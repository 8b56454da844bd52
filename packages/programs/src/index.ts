export { type EndedProgram, type Program, runProgram, secretPath } from './run.ts';
