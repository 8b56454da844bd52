import { type Config, tokenSources } from '@bzzz/protocol';

/** What a new machine is still to be told before its peer can work, for people. */
export function nextStep({
  forge,
  repositories,
}: Pick<Config, 'forge' | 'repositories'>): string[] {
  const hasToken = tokenSources.some((name) => forge[name] !== undefined);
  const lacking = [
    ...(repositories.length === 0 ? ['your repositories'] : []),
    ...(hasToken ? [] : ['a token']),
  ];
  if (lacking.length === 0) return ['Next: `bzzz doctor`, then `bzzz up`.'];
  const first = `Next: name ${lacking.join(' and ')} in the configuration, then \`bzzz up\`.`;
  // With repositories, and no token for them, it would refuse to start.
  if (hasToken || repositories.length > 0) return [first];
  return [first, 'Without a token `bzzz up` starts an embedded forge with a sample to try.'];
}
