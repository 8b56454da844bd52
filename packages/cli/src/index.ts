export { type EmbeddedForge, startEmbeddedForge } from './embedded/embedded-forge.ts';
export { readSample, type Sample } from './embedded/sample.ts';
export { skewLibrary, withSkew } from './drill/faults/clock.ts';
export { exitCodeOf, exitCodes } from './exit-codes.ts';
export { type RegisterCommand, runCli } from './program.ts';
export { createTerminal, printable, type Terminal } from './terminal.ts';
