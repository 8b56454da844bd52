/**
 * Hosts that sell answers of models. Work asks a model through its peer, which counts what that costs, holds it to
 * the policy's limits and keeps the key; by a tunnel to one of these it would spend what nobody counts. No list of
 * them is whole: it is a fence against a mistake, and commands of a repository have no key but what it holds itself.
 */
const names = [
  'aiplatform.googleapis.com',
  'api.anthropic.com',
  'api.cerebras.ai',
  'api.cohere.com',
  'api.deepseek.com',
  'api.fireworks.ai',
  'api.groq.com',
  'api.mistral.ai',
  'api.moonshot.ai',
  'api.openai.com',
  'api.together.xyz',
  'api.x.ai',
  'dashscope.aliyuncs.com',
  'generativelanguage.googleapis.com',
  'models.github.ai',
  'models.inference.ai.azure.com',
  'ollama.com',
  'openrouter.ai',
  'router.huggingface.co',
];

/** Where each customer or region has a host of its own. */
const ends = [
  '-aiplatform.googleapis.com',
  '.openai.azure.com',
  '.services.ai.azure.com',
  '.api.openai.com',
];

const regional = /^bedrock(?:-[a-z]+)*\.[a-z0-9-]+\.amazonaws\.com$/;

/** `host` in lower case. */
export function isModelHost(host: string): boolean {
  return names.includes(host) || ends.some((end) => host.endsWith(end)) || regional.test(host);
}
