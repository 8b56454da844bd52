/**
 * The whole environment of a git process: an allow-list, and configuration that no file on the
 * machine can change. The credential is not in it, nor is the proxy, whose address may hold a password: git includes a file
 * in memory that has no name.
 */
import { secretPath } from '@bzzz/programs';
import { basicCredential } from '../credentials.ts';
import { isLoopback } from '../options.ts';

export interface RemoteAccess {
  readonly gitUrl: string;
  readonly token: string;
}

/** File descriptor on which git writes the trace of its HTTP client. */
const traceFd = 3;

/** Where git looks for its proxy, the first that is set counts: as in its http.c. */
const proxyVariables = {
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
  'http:': ['http_proxy', 'all_proxy', 'ALL_PROXY'],
};
const noProxyVariables = ['no_proxy', 'NO_PROXY'];
const certificateVariables = ['GIT_SSL_CAINFO', 'GIT_SSL_CAPATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

const settled: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.askPass', ''],
  ['credential.helper', ''],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['protocol.allow', 'never'],
  ['protocol.http.allow', 'always'],
  ['protocol.https.allow', 'always'],
  ['protocol.file.allow', 'never'],
  ['http.followRedirects', 'false'],
  // A connection that carries under 100 bytes a second for half a minute is dead. It is git itself that knows
  // this, so that it ends as well when whoever started it is gone, and the limits on its time with it.
  ['http.lowSpeedLimit', '100'],
  ['http.lowSpeedTime', '30'],
];

/** Environment of a git process that only looks at the local mirror. */
export function localGitEnvironment(): Record<string, string> {
  return { ...basics(), ...configVariables(settled) };
}

/** What a git process that talks to the forge includes: the credential, as a header for one host, and the proxy. */
export function remoteGitSecret({ gitUrl, token }: RemoteAccess): Uint8Array {
  const header = `Authorization: Basic ${basicCredential(token)}`;
  const proxy = isLoopback(gitUrl) ? undefined : proxyOf(gitUrl);
  const general = proxy === undefined ? '' : `[http]\n\tproxy = "${quoted(proxy)}"\n`;
  return Buffer.from(`${general}[http "${quoted(`${gitUrl}/`)}"]\n\textraHeader = "${header}"\n`);
}

/** As in git-config(1): in quotes, where only these two mean something else. */
function quoted(text: string): string {
  return text.replaceAll(/[\\"]/g, '\\$&');
}

/** One with a line break is none. */
function proxyOf(gitUrl: string): string | undefined {
  const names = new URL(gitUrl).protocol === 'http:' ? 'http:' : 'https:';
  return proxyVariables[names]
    .map((name) => process.env[name])
    .find((value) => value !== undefined && !/[\r\n]/.test(value));
}

/** Environment of a git process that talks to the forge. */
export function remoteGitEnvironment({ gitUrl }: Pick<RemoteAccess, 'gitUrl'>) {
  return {
    ...basics(),
    ...(isLoopback(gitUrl) ? {} : inherited(noProxyVariables)),
    ...inherited(certificateVariables),
    ...configVariables([...settled, ['include.path', secretPath]]),
    GIT_TRACE_CURL: String(traceFd),
    GIT_TRACE_CURL_NO_DATA: '1',
    GIT_TRACE_REDACT: '1',
  };
}

function basics(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    // No `.netrc` and no configuration of whoever runs the peer.
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
}

function inherited(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function configVariables(entries: readonly (readonly [string, string])[]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(entries.length) };
  for (const [index, [key, value]] of entries.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return variables;
}
