import type { Forge } from './forge.ts';
import type { SeedRepository, SeedResult } from './seed.ts';

/**
 * Makes a repository with its files, labels and issues in a running forge. A second run over the
 * same data changes nothing. Throws `forge_config` for unknown owners and authors.
 */
export function seedRepository(forge: Forge, repository: SeedRepository): Promise<SeedResult> {
  return forge.seed(repository);
}
