export { whyNoSecret } from './memory-file.ts';
export { type EndedProgram, type Program, runProgram, secretPath } from './run.ts';
