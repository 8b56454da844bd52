/** The model APIs that coding command lines speak: what a tool needs of each, and nothing else. */
export type ApiName = 'anthropic' | 'openai' | 'gemini';

export interface ModelApi {
  readonly name: ApiName;
  /** Root that a tool is given; the paths below stand behind it. */
  readonly url: string;
  /** The header that carries the key, and what stands before the key in it. */
  readonly key: { readonly header: string; readonly prefix: string };
  readonly requests: readonly ApiRequest[];
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** Of the whole path. */
  readonly path: RegExp;
  /** A model answers, which costs. */
  readonly isAnswer: boolean;
}

export const modelApis: Readonly<Record<ApiName, ModelApi>> = {
  anthropic: {
    name: 'anthropic',
    url: 'https://api.anthropic.com',
    key: { header: 'x-api-key', prefix: '' },
    requests: [
      post(/^\/v1\/messages$/, true),
      post(/^\/v1\/messages\/count_tokens$/),
      get(/^\/v1\/models(?:\/[A-Za-z0-9._-]{1,128})?$/),
    ],
  },
  openai: {
    name: 'openai',
    url: 'https://api.openai.com/v1',
    key: { header: 'authorization', prefix: 'Bearer ' },
    requests: [
      post(/^\/responses$/, true),
      post(/^\/chat\/completions$/, true),
      get(/^\/models(?:\/[A-Za-z0-9._-]{1,128})?$/),
    ],
  },
  gemini: {
    name: 'gemini',
    url: 'https://generativelanguage.googleapis.com',
    key: { header: 'x-goog-api-key', prefix: '' },
    requests: [
      post(/^\/v1(?:beta)?\/models\/[A-Za-z0-9._-]{1,128}:(?:stream)?[gG]enerateContent$/, true),
      post(/^\/v1(?:beta)?\/models\/[A-Za-z0-9._-]{1,128}:countTokens$/),
      get(/^\/v1(?:beta)?\/models(?:\/[A-Za-z0-9._-]{1,128})?$/),
    ],
  },
};

function post(path: RegExp, isAnswer = false): ApiRequest {
  return { method: 'POST', path, isAnswer };
}

function get(path: RegExp): ApiRequest {
  return { method: 'GET', path, isAnswer: false };
}
