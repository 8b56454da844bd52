export { createForge } from './forge.ts';
export type { Forge } from './forge.ts';
export type { ForgeLogger, ForgeOptions } from './options.ts';
export type { Fault, Faults, FaultScope } from './faults/faults.ts';
export { defaultRateLimits } from './http/limits.ts';
export type { RateLimits } from './http/limits.ts';
export type { RequestCounters, RequestCounts } from './requests.ts';
export { seedRepository } from './seed-repository.ts';
export type { SeedRepository, SeedResult } from './seed.ts';
