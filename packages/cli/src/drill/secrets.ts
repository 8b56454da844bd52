/** The environment of a peer without what must not lie on a disk. */
import { settings } from '@bzzz/peer';
import type { Start } from './start.ts';

export interface Kept {
  readonly start: Start;
  /** Variables that are left out since they are secrets: it cannot be started without them. */
  readonly withheld: string[];
  /** All others that are left out: nobody knows whether they are secrets, or of use. */
  readonly dropped: string[];
}

/** Besides settings: what its programs need, and what every shell hands on. */
const plain = new RegExp(
  `^(?:${[
    'PATH|HOME|USER|LOGNAME|LANG|LC_.*|TMPDIR|TZ|XDG_.*',
    'SSL_CERT_.*|GIT_SSL_.*|.*_proxy',
    'NODE_EXTRA_CA_CERTS|NODE_USE_ENV_PROXY|NODE_OPTIONS|LD_LIBRARY_PATH|LD_PRELOAD',
    'BZZZ_LOG_.*|BZZZ_CONFIG',
    '_|SHELL|SHLVL|PWD|OLDPWD|TERM|COLORTERM|LS_COLORS|HOSTNAME',
  ].join('|')})$`,
  'i',
);

export function withoutSecrets(start: Start): Kept {
  const open = settings.filter((one) => !one.secret);
  const names = new Set(open.flatMap(({ env, envToo = env }) => [env, envToo]));
  const secret = new Set(settings.flatMap((one) => (one.secret ? [one.env] : [])));
  const isSecret = (name: string, value: string) =>
    value !== '' && (secret.has(name) || (/_proxy$/i.test(name) && value.includes('@')));
  const all = Object.entries(start.env);
  const withheld = all.filter(([name, value]) => isSecret(name, value)).map(([name]) => name);
  const kept = all.filter(
    ([name]) => !withheld.includes(name) && (names.has(name) || plain.test(name)),
  );
  const env = Object.fromEntries(kept);
  const others = all.filter(([name, value]) => value !== '' && !withheld.includes(name));
  return {
    start: { ...start, env },
    withheld,
    dropped: others.map(([name]) => name).filter((name) => !(name in env)),
  };
}
