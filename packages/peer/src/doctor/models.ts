/** The models that this machine can ask. */
import { createOllama, createRunner, type ModelDetails } from '@bzzz/execution';
import { type Config, isBzzzError, ollamaUrl } from '@bzzz/protocol';
import type { Check } from '@bzzz/protocol/api';
import { bad, good } from './checks.ts';

export async function checkModels(
  { enabled, url }: Config['ollama'],
  options: { signal?: AbortSignal } = {},
): Promise<Check> {
  if (!enabled) return good('models', 'none: `ollama.enabled` is off');
  // Nothing is run: only the server is asked.
  const { refresh, details } = createOllama(
    { runner: createRunner({ sandbox: 'required' }) },
    { url },
  );
  try {
    await refresh(options);
  } catch (error) {
    if (!isBzzzError(error)) throw error;
    // Most machines have none, and nobody said that this one has.
    if (url === ollamaUrl) return good('models', `none: no Ollama answers at ${url}`);
    const advice = 'Start Ollama there, or set `ollama.url`.';
    return bad('models', `no Ollama answers at ${url}: ${error.reason}`, advice);
  }
  const names = details().map(describe);
  if (names.length > 0) return good('models', names.join(', '));
  return bad('models', `Ollama at ${url} has none`, 'Pull one: `ollama pull qwen2.5-coder`.');
}

function describe({ name, bytes, loaded, usesTools }: ModelDetails): string {
  const size = bytes === null ? '' : `${(bytes / 1e9).toFixed(1)} GB`;
  const facts = [size, loaded ? 'loaded' : '', usesTools === false ? 'uses no tools' : ''];
  const said = facts.filter((fact) => fact !== '').join(', ');
  return said === '' ? name : `${name} (${said})`;
}
